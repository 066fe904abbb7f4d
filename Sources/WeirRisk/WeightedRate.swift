internal import Glibc

/// The share of wrong answers from audits that were drawn with different probabilities, each recorded.
///
/// An audit drawn with probability p stands for 1 / p answers (Horvitz and Thompson, 1952); the share is the ratio of two
/// such sums (Hajek, 1971).
package struct WeightedRate: Sendable, Equatable {
  /// One audited answer.
  package struct Audit: Sendable, Equatable {
    package var isWrong: Bool
    /// Above 0, at most 1.
    package var probability: Double

    package init(isWrong: Bool, probability: Double) {
      precondition(probability > 0 && probability <= 1, "an audit was drawn with a probability above 0")
      self.isWrong = isWrong
      self.probability = probability
    }
  }

  /// Audits behind the rate.
  package let audits: Int
  /// The answers that they stand for.
  package let answers: Double
  /// Share of wrong ones, 0 to 1; nil without audits.
  package let value: Double?
  /// A range that holds the true share with a chance of at least `1 - delta`, whatever the number of audits.
  package let low: Double
  package let high: Double

  /// Exact where all probabilities are equal (Clopper and Pearson, 1934, each side at delta / 2); else by betting against
  /// each share (Waudby-Smith and Ramdas, 2024), with `leastProbability` as the least that any audit can be drawn with; nil
  /// takes the least that is there, which is right where the audits' policy is fixed and that one is its least.
  package init(_ audits: [Audit], delta: Double = 0.1, leastProbability: Double? = nil) {
    self.audits = audits.count
    answers = audits.reduce(0) { $0 + 1 / $1.probability }
    let wrong = audits.reduce(0) { $0 + ($1.isWrong ? 1 / $1.probability : 0) }
    value = answers > 0 ? wrong / answers : nil
    guard let first = audits.first else {
      (low, high) = (0, 1)
      return
    }
    if audits.allSatisfy({ $0.probability == first.probability }) {
      let count = audits.count { $0.isWrong }
      low = BinomialBound.lower(wrong: count, of: audits.count, risk: delta / 2)
      high = BinomialBound.upper(wrong: count, of: audits.count, risk: delta / 2)
    } else {
      let bets = Bets(audits, leastProbability: leastProbability)
      let estimate = value ?? 0
      low = Self.bisect(from: 0, to: estimate) { bets.isTooLow($0, limit: 2 / delta) }
      high = 1 - Self.bisect(from: 0, to: 1 - estimate) { bets.isTooHigh(1 - $0, limit: 2 / delta) }
    }
  }

  /// The largest share between `from` and `to` that is refused, where all below it are; `from` where none is.
  private static func bisect(from: Double, to: Double, isRefused: (Double) -> Bool) -> Double {
    var (low, high) = (from, to)
    guard high > low else { return low }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if isRefused(middle) { low = middle } else { high = middle }
    }
    return low
  }
}

/// Capital of bets against a share, placed in the order of the audits.
private struct Bets {
  let audits: [WeightedRate.Audit]
  let leastProbability: Double
  private static let sizes = 8

  init(_ audits: [WeightedRate.Audit], leastProbability: Double?) {
    self.audits = audits
    self.leastProbability = leastProbability ?? audits.reduce(1) { min($0, $1.probability) }
  }

  /// Whether so many wrong answers would be a wonder if the share were `share`.
  func isTooLow(_ share: Double, limit: Double) -> Bool {
    // The rarest right answer may lose all of the stake, at most.
    grows(limit, largest: leastProbability / max(share, 1e-9)) { $0 ? 1 - share : -share }
  }

  /// Whether so few would be.
  func isTooHigh(_ share: Double, limit: Double) -> Bool {
    grows(limit, largest: leastProbability / max(1 - share, 1e-9)) { $0 ? share - 1 : share }
  }

  private func grows(_ limit: Double, largest: Double, _ value: (Bool) -> Double) -> Bool {
    var logarithms = [Double](repeating: 0, count: Self.sizes)
    for audit in audits {
      let gain = value(audit.isWrong)
      // A weight above the largest one may only make a loss larger.
      let weighted = gain > 0 ? gain / max(audit.probability, leastProbability) : gain / audit.probability
      for size in 0..<Self.sizes {
        logarithms[size] += log1p(max(largest * exp2(-Double(size) - 0.5) * weighted, -1 + 1e-12))
      }
    }
    let sum = logarithms.reduce(0) { $0 + exp(min($1, 600)) } / Double(Self.sizes)
    return sum >= limit
  }
}
