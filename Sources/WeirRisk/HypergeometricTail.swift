internal import Glibc

/// Draws without putting back.
enum HypergeometricTail {
  /// P(X <= wrong) where X of `drawn` rows are wrong, drawn from `population` rows with `marked` wrong ones.
  static func atMost(_ wrong: Int, drawn: Int, population: Int, marked: Int) -> Double {
    precondition(
      drawn >= 0 && drawn <= population && marked >= 0 && marked <= population,
      "no more are drawn or marked than there are")
    let least = max(0, drawn + marked - population)
    let most = min(drawn, marked)
    if wrong < least { return 0 }
    if wrong >= most { return 1 }
    let start =
      LogGamma.choose(marked, least) + LogGamma.choose(population - marked, drawn - least)
      - LogGamma.choose(population, drawn)
    var (term, sum) = (exp(start), 0.0)
    // Where the first term is too small for a number, the logarithm of each one is kept instead.
    var logarithm: Double? = start < -600 ? start : nil
    for value in least...wrong {
      sum += term
      let ratio =
        Double(marked - value) * Double(drawn - value) / Double(value + 1)
        / Double(population - marked - drawn + value + 1)
      if let small = logarithm {
        logarithm = small + log(ratio)
        term = exp(small + log(ratio))
      } else {
        term *= ratio
      }
    }
    return min(sum, 1)
  }
}
