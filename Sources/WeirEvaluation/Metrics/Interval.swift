internal import Glibc

/// A range that holds the true value of a figure with 95 % probability, as far as the method's assumptions go.
package struct Interval: Sendable, Equatable {
  package let low: Double
  package let high: Double

  /// Wilson's score interval (1927) for a share of `successes` in `total` independent rows; nil without rows.
  init?(successes: Double, total: Double) {
    guard total > 0 else { return nil }
    let z = 1.959963984540054
    let share = successes / total
    let denominator = 1 + z * z / total
    let centre = (share + z * z / (2 * total)) / denominator
    let half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / denominator
    (low, high) = (max(0, centre - half), min(1, centre + half))
  }

  /// The middle 95 % of resampled values (Efron 1979); nil where there are fewer than 20.
  init?(percentilesOf values: [Double]) {
    guard values.count >= 20 else { return nil }
    let sorted = values.sorted()
    low = Self.quantile(0.025, of: sorted)
    high = Self.quantile(0.975, of: sorted)
  }

  /// Linear between the two nearest values; `sorted` is rising and not empty.
  static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let left = Int(place)
    let right = min(left + 1, sorted.count - 1)
    return sorted[left] + (place - Double(left)) * (sorted[right] - sorted[left])
  }
}
