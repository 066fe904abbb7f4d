internal import WeirConfiguration
internal import WeirDomain
internal import WeirHTTP
internal import WeirProviders

/// A provider of the configuration, put together.
extension Configuration.Provider {
  func answerer(
    client: HTTPClient, environment: [String: String], link: Configuration.Link, gate: LinkGate?
  ) throws -> any RemoteAnswerer {
    var settings = RemoteProviderConfiguration(
      name: name, endpoints: try endpoints(environment: environment),
      deadlines: HTTPDeadlines(
        connect: .milliseconds(connectTimeoutMilliseconds), firstByte: .milliseconds(firstByteTimeoutMilliseconds),
        idle: .milliseconds(idleTimeoutMilliseconds), total: .milliseconds(totalTimeoutMilliseconds)),
      retry: RetryPolicy(maximumAttempts: maxRetries + 1, deadline: .milliseconds(totalTimeoutMilliseconds)),
      lacks: lacks, marksPromptCache: usesPromptCache)
    settings.guarded(by: link, gate)
    switch kind {
    case .openai:
      // Its own servers want the newer name of the limit, and know a key for their cache; others may refuse both.
      let isOwn = settings.endpoints.allSatisfy { $0.baseURL.host == "api.openai.com" }
      return try RemoteProvider(
        OpenAICodec(namesLimitMaxCompletionTokens: isOwn, sendsCacheKey: isOwn), settings, client: client)
    case .anthropic: return try RemoteProvider(AnthropicCodec(), settings, client: client)
    }
  }

  /// Every key at every address that takes it; the first key's own come first.
  private func endpoints(environment: [String: String]) throws -> [Endpoint] {
    var endpoints: [Endpoint] = []
    func add(_ source: KeySource?, _ addresses: [String], _ limits: Limits) throws {
      let key = try secret(of: source, environment: environment)
      for address in addresses {
        endpoints.append(
          Endpoint(
            name: endpoints.isEmpty ? name : "\(name)/\(endpoints.count + 1)", baseURL: try HTTPURL(address), key: key,
            limits: EndpointLimits(
              requestsPerMinute: limits.requestsPerMinute, tokensPerMinute: limits.tokensPerMinute)))
      }
    }
    // A provider whose keys all stand in tables of their own has no key here that could be asked.
    if keySource != nil || keys.isEmpty { try add(keySource, [baseURL] + regions, limits) }
    for key in keys { try add(key.source, key.baseURL.map { [$0] } ?? [baseURL] + regions, key.limits) }
    return endpoints
  }
}
