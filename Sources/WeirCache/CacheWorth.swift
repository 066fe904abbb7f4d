internal import Glibc
package import WeirDomain

/// Which entries leave first when there is no room.
package enum CacheEviction: String, Sendable, Hashable, CaseIterable {
  /// Those that are expected to save least money for each byte.
  case savings
  /// Those that were not used for the longest time.
  case lru
  /// Those that are used least often, old uses counting less.
  case lfu
}

/// What an entry is worth to keep, in a form that never has to be computed again as time goes by.
///
/// The expected saving is `2^heat * 2^worth`, with the uses' ages taken from one moment for all entries: a use at time
/// `t` counts `2^(t / halfLife)`. What time passes lowers all entries alike and changes no order, so that a number
/// that was stored stays right until the entry is used again (Cormode et al., Forward Decay, ICDE 2009). The logarithm
/// keeps it within a Double.
package struct CacheWorth: Sendable, Hashable {
  /// Base-2 logarithm of the uses, each weighed by its time. The answer's admission is the first.
  package private(set) var heat: Double
  /// Base-2 logarithm of picodollars that one hit saves, per byte.
  package let worth: Double

  /// A use counts half as much after this time.
  package static let halfLifeMilliseconds = 2.0 * 86_400_000
  /// Picodollars of a token that this host wrote: what energy costs, far below any remote model.
  static let localToken = 10_000.0
  /// Picodollars of a token whose price is not known: one dollar for a million.
  static let unpricedToken = 1_000_000.0

  package init(of answer: CachedAnswer, bytes: Int64, at now: Timestamp) {
    heat = CacheWorth.exponent(now)
    worth = log2(CacheWorth.saving(of: answer) / Double(max(bytes, 1)))
  }

  /// The stored form.
  package init(heat: Double, worth: Double) {
    self.heat = heat
    self.worth = worth
  }

  package mutating func use(at now: Timestamp) {
    let time = CacheWorth.exponent(now)
    let (more, less) = (max(heat, time), min(heat, time))
    heat = more + log2(1 + exp2(less - more))
  }

  /// The number that eviction orders by; the least leaves first.
  package func priority(_ eviction: CacheEviction, usedAt: Timestamp) -> Double {
    switch eviction {
    case .savings: heat + worth
    case .lru: Double(usedAt.milliseconds)
    case .lfu: heat
    }
  }

  /// Picodollars that asking again would cost.
  static func saving(of answer: CachedAnswer) -> Double {
    if let cost = answer.cost, cost > .zero { return Double(cost.picodollars) }
    let tokens = Double(max(answer.usage.total, 1))
    return tokens * (answer.tier.isLocal ? localToken : unpricedToken)
  }

  static func logarithm(_ number: Double) -> Double { log2(number) }

  static func exponent(_ time: Timestamp) -> Double { Double(time.milliseconds) / halfLifeMilliseconds }
}
