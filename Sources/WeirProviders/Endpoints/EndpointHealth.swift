package import WeirDomain

/// What is believed of one endpoint's health: whether it may be asked, and what each outcome says of it.
///
/// The pool asks before it chooses and tells afterwards. A value: times are since any fixed moment.
package struct EndpointHealth: Sendable, Hashable {
  package init() {}

  /// Zero where the endpoint may be asked now, else how long it is to be left alone.
  func wait(at now: Duration) -> Duration { .zero }

  /// A request goes to the endpoint.
  mutating func begin(at now: Duration) {}

  /// How a request ended that `begin` was called for.
  mutating func end(_ outcome: EndpointOutcome, at now: Duration) {}
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
