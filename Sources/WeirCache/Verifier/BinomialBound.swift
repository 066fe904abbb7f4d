internal import Glibc

/// Exact bounds of a share from counts (Clopper and Pearson, 1934), by bisection of the binomial distribution.
package enum BinomialBound {
  /// The largest share under which at most `wrong` of `count` would be seen with a chance of `risk`; 1 without any.
  package static func upper(wrong: Int, of count: Int, risk: Double) -> Double {
    precondition(wrong >= 0 && wrong <= count, "no more are wrong than there are")
    guard count > 0, wrong < count else { return 1 }
    var (low, high) = (Double(wrong) / Double(count), 1.0)
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if atMost(wrong, of: count, share: middle) > risk { low = middle } else { high = middle }
    }
    return high
  }

  /// The smallest share under which at least `wrong` of `count` would be seen with a chance of `risk`.
  package static func lower(wrong: Int, of count: Int, risk: Double) -> Double {
    1 - upper(wrong: count - wrong, of: count, risk: risk)
  }

  /// P(X <= wrong) for a binomial X.
  private static func atMost(_ wrong: Int, of count: Int, share: Double) -> Double {
    guard share > 0 else { return 1 }
    guard share < 1 else { return 0 }
    var term = Double(count) * log1p(-share)
    var sum = 0.0
    let odds = log(share) - log1p(-share)
    for index in 0...wrong {
      sum += exp(term)
      term += log(Double(count - index)) - log(Double(index + 1)) + odds
    }
    return min(sum, 1)
  }
}
