package import WeirDomain
internal import WeirHTTP

/// What is believed of one endpoint's health: its circuit breaker, told of each request and its end.
///
/// The pool asks before it chooses and tells afterwards. A value: times are since any fixed moment, and chance comes
/// from a seed.
package struct EndpointHealth: Sendable, Hashable {
  private var breaker: CircuitBreaker
  private var random: UInt64

  package init(_ settings: CircuitBreaker.Settings = CircuitBreaker.Settings(), seed: UInt64 = 1) {
    breaker = CircuitBreaker(settings)
    random = seed
  }

  /// Takes note of the time: connections that do not come about are noticed before anybody gives them up.
  mutating func notice(at now: Duration) { breaker.notice(at: now, fraction: fraction()) }

  /// Zero where the endpoint may be asked now, else how long it is to be left alone.
  func wait(at now: Duration) -> Duration { breaker.wait(at: now) }

  /// A request goes to the endpoint, whose wait is zero; nil where it is left alone after all.
  mutating func begin(at now: Duration) -> CircuitBreaker.Ticket? {
    guard case .go(let ticket) = breaker.admit(at: now, fraction: fraction()) else { return nil }
    return ticket
  }

  /// The request's connection stands.
  mutating func connected(_ ticket: CircuitBreaker.Ticket, at now: Duration) { breaker.connected(ticket, at: now) }

  /// How a request ended that `begin` was called for.
  mutating func end(_ ticket: CircuitBreaker.Ticket, _ outcome: EndpointOutcome, at now: Duration) {
    let judgement = outcome.failure.map { CircuitBreaker.Outcome($0) } ?? .served
    breaker.finish(
      ticket, judgement, firstText: outcome.firstText, written: outcome.usage.completion, at: now,
      fraction: fraction())
  }

  /// Somebody else reached the server.
  mutating func heard(at now: Duration) { breaker.heard(at: now) }

  private mutating func fraction() -> Double {
    var source = SplitMix64(seed: random)
    random = source.next()
    return Double(random >> 11) / 9_007_199_254_740_992
  }
}

extension CircuitBreaker.Outcome {
  /// What a failed attempt says of the server it went to.
  init(_ cause: ProviderFailure.Cause) {
    self =
      switch cause {
      case .transport(let failure) where failure.kind == .cancelled: .unknown
      case .transport(let failure): failure.isSafeToRetry ? .unreachable : .failed
      // A key at its limit is the pool's concern, and a server that says so is well.
      case .overloaded(let status, _, _): status == 200 || status >= 500 ? .failed : .served
      case .refused: .served
      case .malformed, .interrupted, .deadline: .failed
      case .cancelled, .limited, .unhealthy, .linkDown, .unsupported: .unknown
      }
  }
}

/// How one attempt at an endpoint ended.
package struct EndpointOutcome: Sendable {
  /// Nil where it answered.
  package var failure: ProviderFailure.Cause?
  /// From the attempt's begin.
  package var elapsed: Duration
  /// From the attempt's begin to the first text of a stream.
  package var firstText: Duration?
  /// What the response's headers said, where there was a response.
  package var limits: RateLimitHeaders?
  /// Tokens that were used, as far as they are known.
  package var usage: TokenUsage

  package init(
    failure: ProviderFailure.Cause? = nil, elapsed: Duration = .zero, firstText: Duration? = nil,
    limits: RateLimitHeaders? = nil, usage: TokenUsage = .zero
  ) {
    self.failure = failure
    self.elapsed = elapsed
    self.firstText = firstText
    self.limits = limits
    self.usage = usage
  }
}
