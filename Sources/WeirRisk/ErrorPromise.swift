/// What is promised of the answers that are given locally: at most `budget` of them are wrong, with a confidence of
/// `1 - delta`.
///
/// Without a horizon the promise is about the share in the long run. With one it is about the answers that follow: of
/// those among the next `horizon` requests, which are finite in number and so have a share with a noise of its own, at
/// most `budget` are wrong. That is the stricter promise, and the one that a person can check by counting.
package struct ErrorPromise: Sendable, Hashable {
  /// Share of wrong answers among those given, above 0 and below 1.
  package let budget: Double
  /// Chance that the promise is broken, above 0 and below 1.
  package let delta: Double
  /// Requests over which it is counted, at least 1; nil for the long run.
  package let horizon: Int?

  package init(budget: Double, delta: Double = 0.1, horizon: Int? = nil) {
    precondition(budget > 0 && budget < 1, "an error budget lies between 0 and 1")
    precondition(delta > 0 && delta < 1, "a chance of failure lies between 0 and 1")
    precondition(horizon ?? 1 >= 1, "a horizon has at least one request")
    self.budget = budget
    self.delta = delta
    self.horizon = horizon
  }

  /// The chance of no more than `wrong` in `accepted` labelled answers if the promise just fails; `rows` is the number of
  /// labelled rows that the accepted ones come from, at least `accepted`.
  ///
  /// In the long run a binomial tail; with a horizon a hypergeometric one: labelled and future answers are exchangeable,
  /// so which of them were labelled first is a draw without putting back. The horizon's share of answers is taken to be
  /// that of the labelled rows.
  func chance(wrong: Int, accepted: Int, rows: Int) -> Double {
    // Rows that are all wrong speak for nothing, however few.
    guard wrong < accepted else { return 1 }
    guard let horizon else { return BinomialBound.atMost(wrong, of: accepted, share: budget) }
    let answers = (Double(accepted) * Double(horizon) / Double(rows)).rounded()
    // Beyond this many the horizon's own noise is below a hundredth of that of the labelled rows.
    guard answers < 1e4 * Double(max(accepted, 1)) else {
      return BinomialBound.atMost(wrong, of: accepted, share: budget)
    }
    let future = Int(answers)
    let breaking = Int((budget * answers + 1e-9).rounded(.down)) + 1
    // A horizon without an answer proves nothing.
    guard breaking <= future else { return 1 }
    return HypergeometricTail.atMost(
      wrong, drawn: accepted, population: accepted + future, marked: wrong + breaking)
  }

  /// Whether so many wrong ones among the accepted prove the promise at its confidence.
  func holds(wrong: Int, accepted: Int, rows: Int) -> Bool {
    accepted > 0 && chance(wrong: wrong, accepted: accepted, rows: rows) <= delta
  }

  /// For each number of accepted rows from 0 to `rows` the most wrong ones among them that prove it; -1 where none do.
  package func allowances(rows: Int) -> [Int] {
    var allowed = -1
    return (0...rows).map { accepted in
      // One more is allowed every 1 / budget rows; the rounding of a horizon's answers can take one back.
      while allowed < accepted, holds(wrong: allowed + 1, accepted: accepted, rows: rows) { allowed += 1 }
      while allowed >= 0, !holds(wrong: allowed, accepted: accepted, rows: rows) { allowed -= 1 }
      return allowed
    }
  }

  /// The least number of accepted rows with which `wrong` wrong ones prove it; nil where `rows` are not enough.
  func fewest(wrong: Int, rows: Int) -> Int? {
    var (low, high) = (wrong, rows)
    guard rows > wrong, holds(wrong: wrong, accepted: rows, rows: rows) else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(wrong: wrong, accepted: middle, rows: rows) { high = middle } else { low = middle }
    }
    return high
  }
}
