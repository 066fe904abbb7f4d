package import WeirDomain
package import WeirHTTP

/// Where an OpenAI-compatible server is and how to treat it.
package struct OpenAICompatibleProviderConfiguration: Sendable {
  /// As the configuration file and the ledger call it.
  package var name: String
  /// Up to and without `/chat/completions`, usually ending in `/v1`.
  package var baseURL: HTTPURL
  package var key: Secret?
  /// Sent with each request besides the client's own.
  package var headers: [HTTPHeader]
  package var deadlines: HTTPDeadlines
  package var retry: RetryPolicy
  /// Asks streams for their usage; some old servers refuse the field.
  package var asksForUsage: Bool
  /// OpenAI's newer models refuse `max_tokens`.
  package var namesLimitMaxCompletionTokens: Bool
  /// Longest text taken.
  package var maximumAnswerBytes: Int

  package init(
    name: String, baseURL: HTTPURL, key: Secret? = nil, headers: [HTTPHeader] = [],
    deadlines: HTTPDeadlines = HTTPDeadlines(), retry: RetryPolicy = RetryPolicy(), asksForUsage: Bool = true,
    namesLimitMaxCompletionTokens: Bool = false, maximumAnswerBytes: Int = 4 << 20
  ) {
    self.name = name
    self.baseURL = baseURL
    self.key = key
    self.headers = headers
    self.deadlines = deadlines
    self.retry = retry
    self.asksForUsage = asksForUsage
    self.namesLimitMaxCompletionTokens = namesLimitMaxCompletionTokens
    self.maximumAnswerBytes = maximumAnswerBytes
  }
}
