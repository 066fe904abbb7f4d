import Testing
import WeirTestSupport

@testable import WeirLedger

@Suite struct LatencyHistogramTests {
  @Test(arguments: [0.0, 0.5, 0.95, 0.99, 1])
  func `a quantile is within 0.8 percent of the sorted list's`(fraction: Double) throws {
    var random = SeededRandom(seed: 5)
    for size in [1, 2, 3, 10, 999, 5_000] {
      var histogram = LatencyHistogram()
      var values: [Int64] = []
      for _ in 0..<size {
        // Over twelve decades, as many in each.
        let value =
          Int64(Double.random(in: 0...1e12, using: &random) * Double.random(in: 0...1, using: &random))
          >> Int64.random(in: 0..<40, using: &random)
        histogram.add(value)
        values.append(value)
      }
      values.sort()
      let exact = values[max(0, Int((Double(size) * fraction).rounded(.up)) - 1)]
      let found = try #require(histogram.quantile(fraction))
      #expect(abs(Double(found - exact)) <= 0.008 * Double(exact))
    }
  }

  @Test func `small values are exact and the ends of the range are held`() {
    for value in (0...300).map(Int64.init) + [.max, .max - 1, 1 << 62] {
      var histogram = LatencyHistogram()
      histogram.add(value)
      #expect(abs((histogram.quantile(0.5) ?? -1) - value) <= (value < 128 ? 0 : value / 128))
    }
    var histogram = LatencyHistogram()
    histogram.add(-5)
    #expect(histogram.quantile(1) == 0 && histogram.count == 1)
    #expect(LatencyHistogram().quantile(0.5) == nil)
  }
}
