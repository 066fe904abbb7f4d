/// An amount of money in picodollars (1e-12 US dollars).
///
/// Integers add up to the same total in every order. The range is about +-9.2 million dollars; arithmetic saturates
/// at its ends, so that no sum of hostile figures can crash a node.
package struct Money: Sendable, Hashable, Comparable {
  package let picodollars: Int64

  package static let zero = Money(picodollars: 0)
  package static let picodollarsPerDollar: Int64 = 1_000_000_000_000

  package init(picodollars: Int64) {
    self.picodollars = picodollars
  }

  package static func < (left: Money, right: Money) -> Bool {
    left.picodollars < right.picodollars
  }

  package static func + (left: Money, right: Money) -> Money {
    let (sum, overflow) = left.picodollars.addingReportingOverflow(right.picodollars)
    guard overflow else { return Money(picodollars: sum) }
    return Money(picodollars: left.picodollars > 0 ? .max : .min)
  }

  package static func - (left: Money, right: Money) -> Money {
    let (difference, overflow) = left.picodollars.subtractingReportingOverflow(right.picodollars)
    guard overflow else { return Money(picodollars: difference) }
    return Money(picodollars: left.picodollars >= 0 ? .max : .min)
  }

  package static func += (left: inout Money, right: Money) {
    left = left + right
  }

  /// This amount for each of `count` units.
  package func times(_ count: Int) -> Money {
    let (product, overflow) = picodollars.multipliedReportingOverflow(by: Int64(clamping: count))
    guard overflow else { return Money(picodollars: product) }
    return Money(picodollars: (picodollars > 0) == (count > 0) ? .max : .min)
  }
}

extension Money: CustomStringConvertible {
  /// Dollars with as many of the twelve decimals as the amount needs, at least two: `$0.00`, `$0.000125`.
  package var description: String {
    let magnitude = picodollars.magnitude
    let scale = UInt64(Money.picodollarsPerDollar)
    var decimals = String(magnitude % scale)
    decimals = String(repeating: "0", count: 12 - decimals.utf8.count) + decimals
    while decimals.utf8.count > 2, decimals.hasSuffix("0") { decimals.removeLast() }
    return (picodollars < 0 ? "-$" : "$") + "\(magnitude / scale).\(decimals)"
  }

  /// Dollars as a floating number, for display and plots only; never for sums.
  package var dollars: Double {
    Double(picodollars) / Double(Money.picodollarsPerDollar)
  }
}
