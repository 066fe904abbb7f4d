import Glibc
import Testing
import WeirDomain

@testable import WeirRisk

@Suite struct EvidenceCombinerTests {
  /// Answers whose chance to be right hangs on confidence, probe and likelihood by known weights.
  private func labels(_ count: Int, seed: UInt64) -> [EvidenceCombiner.Label] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let evidence = AnswerEvidence(
        confidence: 0.02 + 0.96 * random.nextUnit(),
        probe: random.nextUnit() < 0.8 ? 0.02 + 0.96 * random.nextUnit() : nil,
        meanLogProbability: -3 * random.nextUnit())
      return EvidenceCombiner.Label(evidence: evidence, isRight: random.nextUnit() < truth(evidence))
    }
  }

  private func truth(_ evidence: AnswerEvidence) -> Double {
    func odds(_ p: Double) -> Double { log(p / (1 - p)) }
    let score =
      0.6 * odds(evidence.confidence) + (evidence.probe.map { 1.2 * odds($0) } ?? -0.5)
      + 0.4 * (evidence.meanLogProbability ?? 0) + 0.3
    return 1 / (1 + exp(-score))
  }

  @Test func `labels teach how the parts belong together, as one calibrated number`() throws {
    let combiner = try #require(EvidenceCombiner(labels(4000, seed: 1)))
    let fresh = labels(3000, seed: 2)
    var bins = ReliabilityBins(count: 10)
    for label in fresh { bins.add(confidence: combiner.probability(label.evidence), isRight: label.isRight) }
    #expect(try #require(bins.error) < 0.035)
    let far = fresh.map { abs(combiner.probability($0.evidence) - truth($0.evidence)) }.reduce(0, +) / 3000
    #expect(far < 0.02)
  }

  @Test func `the order is better than that of any part alone`() throws {
    let combiner = try #require(EvidenceCombiner(labels(2000, seed: 3)))
    let fresh = labels(2000, seed: 4)
    func ranked(_ score: (AnswerEvidence) -> Double) -> Double {
      // The share of right answers among the better half.
      let order = fresh.sorted { score($0.evidence) > score($1.evidence) }
      return Double(order.prefix(1000).count { $0.isRight }) / 1000
    }
    let all = ranked(combiner.probability)
    #expect(all > ranked { $0.confidence } + 0.05 && all > ranked { $0.probe ?? 0.5 } + 0.01)
  }

  @Test func `too few labels fit nothing, and what is left never claims too much`() {
    #expect(EvidenceCombiner(labels(99, seed: 5)) == nil)
    #expect(
      EvidenceCombiner(
        (0..<500).map { EvidenceCombiner.Label(evidence: AnswerEvidence(confidence: 0.9), isRight: $0 > 5) }) == nil)
    #expect(AnswerEvidence(confidence: 0.9).leastProbability == 0.9)
    #expect((AnswerEvidence(confidence: 0.9, probe: 0.8).leastProbability - 0.7).magnitude < 1e-12)
    #expect(AnswerEvidence(confidence: 0.3, probe: 0.4).leastProbability == 0)
  }

  @Test func `values out of range move nothing out of range`() throws {
    let combiner = try #require(EvidenceCombiner(labels(300, seed: 6)))
    for value in [-1, 0, 1, 2, Double.nan, .infinity, -.infinity] {
      let evidence = AnswerEvidence(confidence: value, probe: value, meanLogProbability: value)
      #expect((0...1).contains(combiner.probability(evidence)) && (0...1).contains(evidence.leastProbability))
    }
  }
}
