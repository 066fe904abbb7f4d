/// How much of something an endpoint may still be asked for: a bucket that refills evenly.
///
/// The limit is what the operator wrote, what the provider's headers say, or the smaller of both. Without either
/// nothing is held back. Times are since any fixed moment.
struct RateAllowance: Sendable, Hashable {
  private let configured: Double?
  private var learned: Double?
  /// Units a second, as learned; nil is a sixtieth of the limit.
  private var learnedRate: Double?
  private var available: Double
  private var updated: Duration = .zero

  init(perMinute limit: Int?) {
    configured = limit.map(Double.init)
    available = configured ?? 0
  }

  /// Nil where nothing is held back.
  var limit: Double? {
    guard let configured, let learned else { return configured ?? learned }
    return min(configured, learned)
  }

  private var rate: Double { max(learnedRate ?? (limit ?? 0) / 60, 1e-6) }

  /// Units that may be used at `now`.
  private func level(at now: Duration) -> Double {
    guard let limit else { return .infinity }
    return min(limit, available + (now - updated).inSeconds * rate)
  }

  /// The share that is free, 0...1; 1 where nothing is held back.
  func headroom(at now: Duration) -> Double {
    guard let limit, limit > 0 else { return 1 }
    return max(0, level(at: now) / limit)
  }

  /// How long until `amount` may be used. More than the limit waits for a full bucket, else it would wait for ever.
  func wait(for amount: Double, at now: Duration) -> Duration {
    guard let limit else { return .zero }
    let missing = min(amount, limit) - level(at: now)
    guard missing > 1e-6 else { return .zero }
    // Whole microseconds, and none for an error of rounding.
    return .microseconds(Int64((min(missing / rate, 86_400) * 1e6 - 0.01).rounded(.up)))
  }

  /// Uses `amount`, or gives it back where it is below zero.
  mutating func use(_ amount: Double, at now: Duration) {
    guard let limit else { return }
    available = min(limit, level(at: now) - amount)
    updated = now
  }

  /// Takes over what a response's headers say. `reserved` is what other requests, which the provider may not have
  /// counted yet, are about to use.
  mutating func learn(_ window: RateLimitHeaders.Window, reserved: Double, at now: Duration) {
    if let limit = window.limit, limit > 0 { learned = Double(limit) }
    guard let remaining = window.remaining else { return }
    if learned == nil { learned = Double(max(remaining, 1)) }
    if let reset = window.resetAfter?.inSeconds, let learned, reset > 0, learned > Double(remaining) {
      learnedRate = min(max((learned - Double(remaining)) / reset, learned / 86_400), learned)
    }
    available = min(Double(remaining) - reserved, limit ?? .infinity)
    updated = now
  }
}
