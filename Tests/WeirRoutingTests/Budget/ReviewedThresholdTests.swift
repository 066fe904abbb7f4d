import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirRouting

@Suite struct ReviewedThresholdTests {
  private func rows(
    _ traffic: Traffic, requests: Int, _ acceptance: Acceptance, seed: UInt64
  ) -> [BudgetEvidence.Row] {
    var random = SeededRandom(seed: seed)
    return (0..<requests).compactMap { traffic.request(at: Int64($0), acceptance, &random).row }
  }

  /// Both kinds of test: one probability for all rows, and a band that is kept whole beside a thin audit.
  @Test(arguments: [(0.3, 0.3), (0.3, 1.0)])
  func `a threshold that is proved breaks the budget in at most a tenth of all runs`(
    audit: Double, uncertain: Double
  ) {
    // Overconfident: the stated confidence is too high nearly everywhere.
    var traffic = Traffic(truth: { 0.965 * $0 + 0.03 })
    (traffic.audit, traffic.uncertain) = (audit, uncertain)
    let acceptance = Acceptance(answerAt: 0.9, reviewBelow: 0.95, origin: .bands)
    var (proved, broken, coverage) = (0, 0, 0.0)
    for seed in 0..<100 {
      let rows = rows(traffic, requests: 8_000, acceptance, seed: UInt64(seed))
      guard let found = ReviewedThreshold(rows, share: 0.03, delta: 0.1) else { continue }
      proved += 1
      coverage += found.coverage
      if traffic.risk(at: found.threshold) > 0.03 { broken += 1 }
      #expect(found.rows <= rows.count && found.bound <= 0.03 && found.threshold > 0.4)
    }
    #expect(broken <= 10, "\(broken) of \(proved)")
    #expect(proved >= 90, "\(proved)")
    #expect(coverage / Double(max(proved, 1)) > 0.35)
  }

  @Test func `nothing is proved by too few rows, by wrong ones, or by none`() {
    func row(_ confidence: Double, _ isRight: Bool, _ probability: Double = 1) -> BudgetEvidence.Row {
      .init(
        at: Timestamp(milliseconds: 0), tenant: "t", intent: "i", confidence: confidence, isRight: isRight,
        probability: probability, wasGiven: true, share: 0.02, draw: 0.3)
    }
    #expect(ReviewedThreshold([], share: 0.02, delta: 0.1) == nil)
    #expect(ReviewedThreshold((0..<100).map { _ in row(0.9, true) }, share: 0.02, delta: 0.1) == nil)
    #expect(ReviewedThreshold((0..<2000).map { row(0.9, $0 % 20 != 0) }, share: 0.02, delta: 0.1) == nil)
    // Kept twice as often as the others and drawn for it by 0.3, which is below a half: both kinds stay.
    let mixed = (0..<2000).map { row(0.9, true, $0 % 2 == 0 ? 1 : 0.5) }
    #expect(ReviewedThreshold(mixed, share: 0.02, delta: 0.1)?.rows == 2000)
    // Four times as often: they are thinned out.
    let thinned = (0..<2000).map { row(0.9, true, $0 % 2 == 0 ? 1 : 0.25) }
    #expect(ReviewedThreshold(thinned, share: 0.02, delta: 0.1)?.rows == 1000)
    // 114 faultless ones just prove 2 % at 90 %: 0.98^114 = 0.0999.
    #expect(ReviewedThreshold((0..<114).map { _ in row(0.9, true) }, share: 0.02, delta: 0.1) != nil)
    #expect(ReviewedThreshold((0..<113).map { _ in row(0.9, true) }, share: 0.02, delta: 0.1) == nil)
  }

  @Test func `the order of the rows does not matter`() {
    let all = rows(
      Traffic(audit: 0.05), requests: 10_000, Acceptance(answerAt: 0.9, reviewBelow: 0.95, origin: .bands), seed: 5)
    var random = SeededRandom(seed: 9)
    let found = ReviewedThreshold(all, share: 0.05, delta: 0.1)
    #expect(found != nil)
    for _ in 0..<5 {
      #expect(ReviewedThreshold(all.shuffled(using: &random), share: 0.05, delta: 0.1)?.threshold == found?.threshold)
    }
  }
}
