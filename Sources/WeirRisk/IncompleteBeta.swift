internal import Glibc

/// The regularized incomplete beta function: the distribution function of a beta distribution.
enum IncompleteBeta {
  /// I_x(a, b) for a and b above 0 and x within 0 to 1, by Lentz's evaluation of the continued fraction (NIST Digital
  /// Library of Mathematical Functions, 8.17.22).
  static func regularized(_ x: Double, a: Double, b: Double) -> Double {
    precondition(a > 0 && b > 0 && x >= 0 && x <= 1, "the incomplete beta function's arguments lie in its domain")
    if x == 0 || x == 1 { return x }
    // The fraction converges fast below the mean only; above it the other tail is taken.
    if x > (a + 1) / (a + b + 2) { return 1 - regularized(1 - x, a: b, b: a) }
    let front =
      LogGamma.of(a + b) - LogGamma.of(a) - LogGamma.of(b) + a * log(x) + b * log1p(-x) - log(a)
    return min(1, exp(front) * fraction(x, a, b))
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (d.magnitude < tiny ? tiny : d)
    var value = d
    // Some multiples of the root of the larger parameter are enough: 10 000 hold for any count that fits in memory.
    for step in 1...10_000 {
      let m = Double(step)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + numerator * d
        d = 1 / (d.magnitude < tiny ? tiny : d)
        c = 1 + numerator / c
        if c.magnitude < tiny { c = tiny }
        value *= d * c
      }
      if (d * c - 1).magnitude < 1e-15 { break }
    }
    return value
  }
}
