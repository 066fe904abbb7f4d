import Testing
import WeirGenerator

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct LogitSummaryTests {
  @Test func `log-probabilities are near a plain double-precision softmax at every size`() {
    var random = SamplingRandom(seed: 21)
    for count in Array(1...40) + [255, 256, 257, 1000] {
      let row = (0..<count).map { _ in Float.random(in: -90...30, using: &random) }
      let summary = LogitSummary(row.span)
      let largest = Double(row.max() ?? 0)
      let sum = row.reduce(0.0) { $0 + exp(Double($1) - largest) }
      #expect(summary.largest == row.max())
      #expect(Int(summary.best) == row.firstIndex(of: summary.largest))
      #expect(abs(summary.sum - sum) <= 1e-6 * sum)
      let entropy = row.reduce(0.0) {
        $0 - exp(summary.logProbability(ofLogit: $1)) * summary.logProbability(ofLogit: $1)
      }
      #expect(abs(summary.entropy - entropy) < 1e-5)
      for logit in row {
        #expect(abs(summary.logProbability(ofLogit: logit) - (Double(logit) - largest - log(sum))) < 1e-6)
      }
    }
  }

  @Test func `minus infinity counts nothing and not a number is kept`() {
    let row: [Float] = [-.infinity, 0, -.infinity, -.infinity, -1000, -.infinity, -.infinity, -.infinity, -.infinity]
    #expect(LogitSummary(row.span).sum == 1)
    #expect(LogitSummary(row.span).entropy == 0)
    let broken: [Float] = [0, 1, .nan, 0, 0, 0, 0, 0]
    #expect(LogitSummary(broken.span).sum.isNaN)
  }
}
