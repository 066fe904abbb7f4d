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
    var term =
      LogGamma.choose(marked, least) + LogGamma.choose(population - marked, drawn - least)
      - LogGamma.choose(population, drawn)
    var sum = 0.0
    for value in least...wrong {
      sum += exp(term)
      term +=
        log(Double(marked - value)) + log(Double(drawn - value)) - log(Double(value + 1))
        - log(Double(population - marked - drawn + value + 1))
    }
    return min(sum, 1)
  }
}
