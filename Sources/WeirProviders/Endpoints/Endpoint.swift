package import WeirDomain
package import WeirHTTP

/// One way to a provider: an address with a key. Each has its own limits and its own health.
package struct Endpoint: Sendable {
  /// As failures and metrics call it: the provider's name, and where it has several a number, as `openai/2`.
  package var name: String
  /// Up to and without the path of the API, usually ending in `/v1`.
  package var baseURL: HTTPURL
  package var key: Secret?
  package var limits: EndpointLimits

  package init(name: String, baseURL: HTTPURL, key: Secret? = nil, limits: EndpointLimits = EndpointLimits()) {
    self.name = name
    self.baseURL = baseURL
    self.key = key
    self.limits = limits
  }
}

/// What a key may be asked for in a minute; nil where the operator named nothing and answers' headers say it.
package struct EndpointLimits: Sendable, Hashable {
  package var requestsPerMinute: Int?
  /// Tokens read and written together.
  package var tokensPerMinute: Int?

  package init(requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil) {
    self.requestsPerMinute = requestsPerMinute
    self.tokensPerMinute = tokensPerMinute
  }
}
