#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The largest logit and the softmax sum of a row of logits, in double precision.
///
/// It gives the log-probability of any token at temperature 1 without another pass over the vocabulary.
package struct LogitSummary: Sendable, Equatable {
  package private(set) var best: Int32
  package private(set) var largest: Float
  /// Sum over the vocabulary of exp(logit - largest); at least 1.
  package private(set) var sum: Double
  /// Entropy of the distribution at temperature 1, in nats: 0 where one token is certain.
  package private(set) var entropy: Double

  /// `logits` is one row of at least one finite logit. The first of equal best tokens wins.
  package init(_ logits: Span<Float>) {
    precondition(!logits.isEmpty, "a row of no logits")
    best = Self.best(of: logits)
    largest = logits[Int(best)]
    let sums = Self.sumsOfExponentials(logits, shift: largest)
    sum = sums.plain
    entropy = log(sums.plain) - sums.weighted / sums.plain
  }

  /// The token of the largest logit; the first of equals.
  package static func best(of logits: Span<Float>) -> Int32 {
    precondition(!logits.isEmpty, "a row of no logits")
    var largest = -Float.infinity
    for index in logits.indices { largest = max(largest, logits[index]) }
    var best = 0
    while best < logits.count - 1, logits[best] != largest { best += 1 }
    return Int32(best)
  }

  /// Natural logarithm of the token's probability.
  package func logProbability(ofLogit logit: Float) -> Double {
    Double(logit) - Double(largest) - log(sum)
  }

  /// exp(logit - largest) / sum
  package func probability(ofLogit logit: Float) -> Double {
    exp(Double(logit) - Double(largest)) / sum
  }

  /// The sum of exp(x) and of x exp(x), with x = logit - shift.
  ///
  /// Eight at a time by range reduction and a polynomial: libm's scalar `exp` over 150 000 tokens costs more than a
  /// small model's whole forward pass. Relative error of each term below 1e-11 (held by a test).
  private static func sumsOfExponentials(
    _ logits: Span<Float>, shift: Float
  ) -> (plain: Double, weighted: Double) {
    var totals = SIMD8<Double>.zero
    var products = SIMD8<Double>.zero
    var index = 0
    while index + 8 <= logits.count {
      var values = SIMD8<Float>()
      for lane in 0..<8 { values[lane] = logits[index + lane] }
      let shifted = SIMD8<Double>(values) - Double(shift)
      let terms = exponential(shifted)
      totals += terms
      // Minus infinity counts nothing, and its product with 0 is not a number.
      products += terms * shifted.replacing(with: -700, where: shifted .< -700)
      index += 8
    }
    var total = totals.sum()
    var weighted = products.sum()
    while index < logits.count {
      let shifted = Double(logits[index]) - Double(shift)
      let term = exp(shifted)
      total += term
      weighted += term * (shifted < -700 ? -700 : shifted)
      index += 1
    }
    return (total, weighted)
  }

  /// exp of numbers of at most 0; below -700 it is 0.
  @inline(__always)
  private static func exponential(_ input: SIMD8<Double>) -> SIMD8<Double> {
    // Adding 1.5 * 2^52 leaves the nearest whole number in the low bits, without a call to `rint`.
    let magic = 0x1.8p52
    let argument = input.replacing(with: -700, where: input .< -700)
    let shifted = argument * 1.442_695_040_888_963_4 + magic
    let whole = shifted - magic
    // ln 2 in two parts, so that the difference keeps its low bits.
    let rest = argument - whole * 0.693_147_180_369_123_8 - whole * 1.908_214_929_270_587_7e-10
    var series = rest * (1.0 / 39_916_800) + 1.0 / 3_628_800
    series = series * rest + 1.0 / 362_880
    series = series * rest + 1.0 / 40_320
    series = series * rest + 1.0 / 5040
    series = series * rest + 1.0 / 720
    series = series * rest + 1.0 / 120
    series = series * rest + 1.0 / 24
    series = series * rest + 1.0 / 6
    series = series * rest + 0.5
    series = series * rest + 1.0
    series = series * rest + 1.0
    var scale = SIMD8<Double>()
    for lane in 0..<8 {
      scale[lane] = Double(bitPattern: (shifted[lane].bitPattern &<< 52) &+ (1023 &<< 52))
    }
    return (series * scale).replacing(with: 0, where: input .< -700)
  }
}
