internal import Glibc

/// The natural logarithm of the gamma function.
enum LogGamma {
  /// Stirling's series from 10 on, the recurrence below; `x` is above 0, the error below 1e-13 of the result or of 1.
  static func of(_ x: Double) -> Double {
    precondition(x > 0, "the gamma function is taken of positive numbers only")
    var (shifted, product) = (x, 1.0)
    while shifted < 10 {
      product *= shifted
      shifted += 1
    }
    let square = 1 / (shifted * shifted)
    let series =
      (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square * (1.0 / 1188)))))
      / shifted
    return (shifted - 0.5) * log(shifted) - shifted + 0.5 * log(2 * Double.pi) + series - log(product)
  }

  /// The logarithm of the binomial coefficient; `chosen` is within 0 to `count`.
  static func choose(_ count: Int, _ chosen: Int) -> Double {
    of(Double(count) + 1) - of(Double(chosen) + 1) - of(Double(count - chosen) + 1)
  }
}
