import Testing
import WeirDomain

@testable import WeirRisk

@Suite struct AuditFigureTests {
  /// Audits of answers of two kinds, where the wrong ones are audited more often; the true share is 0.06.
  private func audits(_ answers: Int, _ random: inout SplitMix64) -> [WeightedRate.Audit] {
    (0..<answers).compactMap { _ in
      let isRisky = random.nextUnit() < 0.25
      let probability = isRisky ? 0.8 : 0.2
      guard random.nextUnit() < probability else { return nil }
      return WeightedRate.Audit(isWrong: random.nextUnit() < (isRisky ? 0.18 : 0.02), probability: probability)
    }
  }

  @Test func `the weighted share is that of all answers, and its range holds it as often as stated`() {
    var random = SplitMix64(seed: 11)
    var (sum, held, width) = (0.0, 0, 0.0)
    for _ in 0..<40 {
      let rate = WeightedRate(audits(1500, &random), delta: 0.1, leastProbability: 0.2)
      sum += rate.value ?? .nan
      if rate.low <= 0.06, rate.high >= 0.06 { held += 1 }
      width += rate.high - rate.low
    }
    #expect((sum / 40 - 0.06).magnitude < 0.006)
    #expect(held >= 33)
    #expect(width / 40 < 0.07)
  }

  @Test func `audits of one probability have the exact bounds of their counts`() {
    let rate = WeightedRate(
      (0..<50).map { WeightedRate.Audit(isWrong: $0 < 5, probability: 0.1) }, delta: 0.05)
    #expect(rate.value == 0.1 && rate.audits == 50 && (rate.answers - 500).magnitude < 1e-9)
    #expect((rate.low - 0.033275).magnitude < 1e-5)
    let none = WeightedRate([])
    #expect(none.value == nil && none.low == 0 && none.high == 1)
  }

  @Test func `the calibration error is the weighted distance of stated and found`() throws {
    var random = SplitMix64(seed: 12)
    var bins = ReliabilityBins(count: 10)
    var rows: [(Double, Bool, Double)] = []
    for _ in 0..<500 {
      let row = (random.nextUnit(), random.nextUnit() < 0.7, 0.1 + 0.9 * random.nextUnit())
      rows.append(row)
      bins.add(confidence: row.0, isRight: row.1, probability: row.2)
    }
    // Bin by bin, from the definition.
    var (sum, total) = (0.0, 0.0)
    for bin in 0..<10 {
      let members = rows.filter { $0.0 > Double(bin) / 10 && $0.0 <= Double(bin + 1) / 10 }
      let weight = members.reduce(0) { $0 + 1 / $1.2 }
      let stated = members.reduce(0) { $0 + $1.0 / $1.2 } / weight
      let right = members.reduce(0) { $0 + ($1.1 ? 1 / $1.2 : 0) } / weight
      sum += weight * (stated - right).magnitude
      total += weight
    }
    #expect((try #require(bins.error) - sum / total).magnitude < 1e-12)
    #expect(bins.rows == 500 && ReliabilityBins().error == nil)
    for value in [-1, 0, 1, 2, Double.nan] { bins.add(confidence: value, isRight: true) }
    #expect(bins.rows == 505)
  }
}
