import Testing
import WeirDomain
import WeirReview
import WeirRisk
import WeirTestSupport

@testable import WeirRouting

@Suite struct RouterMetricsTests {
  /// A labelled sample of a request whose truth is known.
  private func sample(
    _ tier: Tier, _ isRight: Bool?, probability: Double, confidence: Double = 0.9, cause: ReviewSample.Cause = .audit,
    random: inout SeededRandom
  ) -> JudgedSample {
    let at = Timestamp(milliseconds: 0)
    return JudgedSample(
      order: 0, id: ULID(at: at, using: &random), at: at, tenant: "t", cause: cause, probability: probability,
      tier: tier,
      intent: "i", confidence: confidence, head: "h", threshold: 0.8, budget: 0.02, otherTier: nil,
      localWasRight: isRight)
  }

  @Test func `rates from samples of unequal probability hold the truth as often as they say`() {
    // Confident answers, 1 % wrong, audited rarely; doubtful ones, 20 % wrong, kept always: 3.85 % of all are wrong.
    let truth = (0.85 * 0.01 + 0.15 * 0.20)
    var (held, unweighted) = (0, 0)
    for seed in 0..<50 {
      var random = SeededRandom(seed: UInt64(seed))
      var collector = RouterMetrics.Collector(head: "h", since: nil)
      for _ in 0..<4000 {
        let isConfident = Double.random(in: 0..<1, using: &random) < 0.85
        let isRight = Double.random(in: 0..<1, using: &random) >= (isConfident ? 0.01 : 0.2)
        let probability = isConfident ? 0.2 : 1
        guard Double.random(in: 0..<1, using: &random) < probability else { continue }
        collector.add(sample(.generator, isRight, probability: probability, random: &random))
      }
      let wrong = collector.metrics(samples: 5000, delta: 0.1).underRouting
      if wrong.rate.low <= truth, truth <= wrong.rate.high { held += 1 }
      #expect(wrong.value.map { abs($0 - truth) < 0.02 } == true)
      // Without weights the doubtful ones would count five times.
      if (wrong.rate.value ?? 0) > 0.07 { unweighted += 1 }
    }
    #expect(held >= 45, "\(held) of 50")
    #expect(unweighted == 0)
  }

  @Test func `too few labels say nothing but how many are needed`() {
    var random = SeededRandom(seed: 1)
    var collector = RouterMetrics.Collector(head: "h", since: nil)
    for _ in 0..<29 { collector.add(sample(.exact, true, probability: 1, random: &random)) }
    for _ in 0..<30 { collector.add(sample(.premium, true, probability: 1, random: &random)) }
    collector.add(sample(.premium, nil, probability: 1, random: &random))
    collector.add(sample(.premium, true, probability: 1, cause: .cascaded, random: &random))
    let metrics = collector.metrics(samples: 100, delta: 0.1)
    #expect(metrics.localWrong.value == nil && metrics.localWrong.needed == 1)
    #expect(metrics.byTier.map(\.tier) == [.exact])
    #expect(metrics.underRouting.needed == 30)
    #expect(metrics.overRouting.value == 1 && metrics.overRouting.rate.audits == 30)
    #expect(metrics.labelled == 61 && metrics.unlabelled == 39 && metrics.notDrawn == 1)
    // What the caches answered says nothing of confidence; what was sent on does.
    #expect(metrics.calibration.bins.rows == 30)
  }

  @Test func `the calibration error is that of the confidences, within its interval`() {
    for (shift, expected) in [(0.0, 0.0), (0.1, 0.1)] {
      var random = SeededRandom(seed: 3)
      let rows = (0..<3000).map { number in
        let confidence = 0.5 + 0.4 * Double.random(in: 0..<1, using: &random)
        return BudgetEvidence.Row(
          at: Timestamp(milliseconds: Int64(number)), tenant: "t", intent: "i", confidence: confidence,
          isRight: Double.random(in: 0..<1, using: &random) < confidence - shift, probability: 0.5, wasGiven: true,
          share: 0.02, draw: 0)
      }
      let error = CalibrationError(rows, delta: 0.1)
      #expect(abs((error.value ?? 1) - expected) < 0.035)
      #expect(error.low <= (error.value ?? 0) + 0.01 && error.high >= expected - 0.03)
      #expect(error == CalibrationError(rows, delta: 0.1))
      #expect(CalibrationError(Array(rows.prefix(29)), delta: 0.1).value == nil)
    }
  }
}
