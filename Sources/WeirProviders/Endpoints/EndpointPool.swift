internal import WeirDomain

/// Decides which endpoint of a provider is asked next. It asks nobody: the time is handed in.
///
/// Of the endpoints that are healthy and have room for the request, the one with the largest free share of its limits is
/// taken; of equals the one with the fewest requests under way, then the one that was used longest ago.
package struct EndpointPool: Sendable {
  /// What a chosen endpoint has set aside for one request, until `finish`.
  package struct Lease: Sendable, Hashable {
    package let endpoint: Int
    let tokens: Double
    let ticket: CircuitBreaker.Ticket
  }

  package enum Selection: Sendable, Hashable {
    case use(Lease)
    /// Every healthy endpoint is at its limits; the first has room after this time.
    case limited(wait: Duration)
    /// No endpoint is healthy; the first may be asked after this time.
    case unhealthy(wait: Duration)
  }

  private struct State: Sendable {
    var requests: RateAllowance
    var tokens: RateAllowance
    var health: EndpointHealth
    /// Set aside for requests under way.
    var leased: (requests: Double, tokens: Double) = (0, 0)
    var blockedUntil: Duration = .zero
    var lastUse: Int = 0

    func limitWait(for tokens: Double, at now: Duration) -> Duration {
      max(
        max(.zero, blockedUntil - now), requests.wait(for: 1, at: now), self.tokens.wait(for: tokens, at: now))
    }

    func headroom(at now: Duration) -> Double {
      min(requests.headroom(at: now), tokens.headroom(at: now))
    }
  }

  private var states: [State]
  private var uses = 0

  /// A provider's own `Retry-After` is believed up to here.
  private static let longestBlock: Duration = .seconds(600)
  /// How long a key that was refused, or limited without a word on how long, is passed over where there are others.
  private static let refusalBlock: Duration = .seconds(60)
  private static let limitBlock: Duration = .seconds(1)

  /// `seed` is for the jitter of the endpoints' breakers.
  package init(
    _ limits: [EndpointLimits], breaker: CircuitBreaker.Settings = CircuitBreaker.Settings(), seed: UInt64 = 1
  ) {
    precondition(!limits.isEmpty, "a provider has an endpoint")
    states = limits.enumerated().map { number, limits in
      State(
        requests: RateAllowance(perMinute: limits.requestsPerMinute),
        tokens: RateAllowance(perMinute: limits.tokensPerMinute),
        health: EndpointHealth(breaker, seed: seed &+ UInt64(number)))
    }
  }

  package var count: Int { states.count }

  /// Chooses for a request of about `tokens` tokens. Endpoints of `tried` are taken only where no other may be, and not
  /// even then unless it `fallsBack` to them.
  package mutating func select(
    tokens: Int, tried: Set<Int> = [], fallsBack: Bool = true, at now: Duration
  ) -> Selection {
    let amount = Double(max(0, tokens))
    for index in states.indices { states[index].health.notice(at: now) }
    let sound = states.indices.filter { states[$0].health.wait(at: now) == .zero }
    guard !sound.isEmpty else {
      return .unhealthy(wait: states.map { $0.health.wait(at: now) }.min() ?? .zero)
    }
    let ready = sound.filter { states[$0].limitWait(for: amount, at: now) == .zero }
    let fresh = best(of: ready.filter { !tried.contains($0) }, at: now)
    guard let best = fresh ?? (fallsBack ? best(of: ready, at: now) : nil) else {
      return .limited(wait: sound.map { states[$0].limitWait(for: amount, at: now) }.min() ?? .zero)
    }
    uses += 1
    states[best].lastUse = uses
    states[best].requests.use(1, at: now)
    states[best].tokens.use(amount, at: now)
    states[best].leased.requests += 1
    states[best].leased.tokens += amount
    guard let ticket = states[best].health.begin(at: now) else {
      preconditionFailure("an endpoint whose wait is zero may be asked")
    }
    return .use(Lease(endpoint: best, tokens: amount, ticket: ticket))
  }

  private func best(of indices: [Int], at now: Duration) -> Int? {
    indices.min { left, right in
      let (first, second) = (states[left], states[right])
      let (firstRoom, secondRoom) = (first.headroom(at: now), second.headroom(at: now))
      if firstRoom != secondRoom { return firstRoom > secondRoom }
      if first.leased.requests != second.leased.requests { return first.leased.requests < second.leased.requests }
      return first.lastUse < second.lastUse
    }
  }

  /// Ends a lease and learns from how it went.
  package mutating func finish(_ lease: Lease, _ outcome: EndpointOutcome, at now: Duration) {
    let index = lease.endpoint
    states[index].leased.requests = max(0, states[index].leased.requests - 1)
    states[index].leased.tokens = max(0, states[index].leased.tokens - lease.tokens)
    let reserved = states[index].leased
    if let window = outcome.limits?.requests {
      states[index].requests.learn(window, reserved: reserved.requests, at: now)
    }
    if let window = outcome.limits?.tokens, window.remaining != nil {
      states[index].tokens.learn(window, reserved: reserved.tokens, at: now)
    } else {
      states[index].tokens.use(Double(outcome.usage.total) - lease.tokens, at: now)
    }
    if let block = block(for: outcome.failure) { states[index].blockedUntil = now + min(block, Self.longestBlock) }
    states[index].health.end(lease.ticket, outcome, at: now)
  }

  /// The leased request's connection stands.
  package mutating func connected(_ lease: Lease, at now: Duration) {
    states[lease.endpoint].health.connected(lease.ticket, at: now)
  }

  /// The link has come back: endpoints that were out of reach may be tried at once.
  package mutating func heard(at now: Duration) {
    for index in states.indices { states[index].health.heard(at: now) }
  }

  /// How long no endpoint may be asked, be it for its health alone.
  package func unhealthyWait(at now: Duration) -> Duration {
    states.map { $0.health.wait(at: now) }.min() ?? .zero
  }

  /// An endpoint alone is never passed over for what its provider has not asked for: its caller's retries wait.
  private func block(for failure: ProviderFailure.Cause?) -> Duration? {
    switch failure {
    case .overloaded(_, _, let retryAfter?): retryAfter
    case .overloaded(429, _, nil) where count > 1: Self.limitBlock
    case .refused(401, _), .refused(403, _): count > 1 ? Self.refusalBlock : nil
    default: nil
    }
  }
}
