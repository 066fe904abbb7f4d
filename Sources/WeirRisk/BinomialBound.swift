/// Exact bounds of a share from counts (Clopper and Pearson, 1934).
package enum BinomialBound {
  /// The largest share under which at most `wrong` of `count` would be seen with a chance of `risk`; 1 without any.
  ///
  /// With a chance of at least `1 - risk` the true share is not above it.
  package static func upper(wrong: Int, of count: Int, risk: Double) -> Double {
    precondition(wrong >= 0 && wrong <= count, "no more are wrong than there are")
    guard count > 0, wrong < count else { return 1 }
    var (low, high) = (Double(wrong) / Double(count), 1.0)
    for _ in 0..<60 {
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
  package static func atMost(_ wrong: Int, of count: Int, share: Double) -> Double {
    if wrong < 0 { return 0 }
    if wrong >= count { return 1 }
    return 1 - IncompleteBeta.regularized(min(max(share, 0), 1), a: Double(wrong + 1), b: Double(count - wrong))
  }
}
