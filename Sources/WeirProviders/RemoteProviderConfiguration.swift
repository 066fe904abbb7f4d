package import WeirDomain
package import WeirHTTP

/// How a provider is reached and treated, whatever API it speaks.
package struct RemoteProviderConfiguration: Sendable {
  /// As the configuration file and the ledger call it.
  package var name: String
  /// At least one.
  package var endpoints: [Endpoint]
  /// Sent with each request besides the client's own.
  package var headers: [HTTPHeader]
  package var deadlines: HTTPDeadlines
  package var retry: RetryPolicy
  /// Longest answer taken, in bytes of its texts.
  package var maximumAnswerBytes: Int
  /// What the operator says that these models cannot be given: refused by name, where a server would leave it out.
  package var lacks: Set<RequestNeed>
  /// Uses the provider's prompt cache where a prefix is stable and long enough.
  package var marksPromptCache: Bool
  /// When an endpoint is left alone.
  package var breaker = CircuitBreaker.Settings()
  package var retryBudget = RetryBudget.Settings()
  package var hedge = HedgePolicy.Settings()
  /// What all providers know of the link; nil where nobody watches it.
  package var link: LinkGate?

  package init(
    name: String, endpoints: [Endpoint], headers: [HTTPHeader] = [], deadlines: HTTPDeadlines = HTTPDeadlines(),
    retry: RetryPolicy = RetryPolicy(), maximumAnswerBytes: Int = 4 << 20, lacks: Set<RequestNeed> = [],
    marksPromptCache: Bool = true
  ) {
    self.name = name
    self.endpoints = endpoints
    self.headers = headers
    self.deadlines = deadlines
    self.retry = retry
    self.maximumAnswerBytes = maximumAnswerBytes
    self.lacks = lacks
    self.marksPromptCache = marksPromptCache
  }
}
