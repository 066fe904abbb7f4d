package import WeirDomain
package import WeirHTTP

/// Answers over a provider's API: one shell that sends and retries, whatever codec writes and reads.
///
/// The client is shared: providers of one process use one pool of connections.
package struct RemoteProvider<Codec: ProviderCodec, C: Clock>: RemoteAnswerer where C.Duration == Duration {
  package var name: String { configuration.name }

  let codec: Codec
  let configuration: RemoteProviderConfiguration
  let client: HTTPClient
  /// One address for each endpoint, path included.
  let urls: [HTTPURL]
  let endpoints: SharedEndpoints
  let clock: C
  private let origin: C.Instant
  private let fraction: @Sendable () -> Double
  let wallClock: @Sendable () -> Timestamp

  /// `fraction` draws the jitter, uniform in 0..<1; `wallClock` is for `Retry-After` dates. Refuses a base URL with a
  /// query, and headers that cannot be sent.
  package init(
    _ codec: Codec, _ configuration: RemoteProviderConfiguration, client: HTTPClient, clock: C,
    fraction: @escaping @Sendable () -> Double, wallClock: @escaping @Sendable () -> Timestamp
  ) throws(HTTPFailure) {
    self.codec = codec
    self.configuration = configuration
    self.client = client
    self.clock = clock
    self.fraction = fraction
    self.wallClock = wallClock
    origin = clock.now
    endpoints = SharedEndpoints(EndpointPool(configuration.endpoints.map(\.limits)))
    var urls: [HTTPURL] = []
    for endpoint in configuration.endpoints { urls.append(try endpoint.baseURL.appending(path: codec.path)) }
    self.urls = urls
    for endpoint in configuration.endpoints {
      for header in headers(key: endpoint.key, isStreamed: false) { try header.check() }
    }
  }

  package func complete(
    _ request: CompletionRequest, onDelta: (@Sendable (CompletionDelta) -> Void)?
  ) async throws(ProviderFailure) -> Completion {
    let begin = clock.now
    var policy = configuration.retry
    if let deadline = request.deadline { policy.deadline = min(policy.deadline, deadline) }
    var failure = ProviderFailure(provider: name, attempts: 0, cause: .cancelled)
    let body: [UInt8]
    do { body = try self.body(of: request, isStreamed: onDelta != nil) } catch {
      failure.cause = .unsupported(feature: error.feature)
      throw failure
    }
    let tokens = request.promptTokens + (request.settings.maxTokens ?? 0)
    var tried: Set<Int> = []
    while true {
      let lease: EndpointPool.Lease
      switch endpoints.select(tokens: tokens, tried: tried, at: origin.duration(to: clock.now)) {
      case .use(let chosen): lease = chosen
      case .unhealthy(let wait):
        failure.cause = .unhealthy(wait: wait)
        throw failure
      case .limited(let wait):
        // A limit that ends soon is waited for; nothing was asked, and so no attempt is used up.
        guard wait <= policy.longestRetryAfter, begin.duration(to: clock.now) + wait < policy.deadline else {
          failure.cause = .limited(wait: wait)
          throw failure
        }
        try await sleep(wait, failure)
        continue
      }
      failure.attempts += 1
      let start = clock.now
      let outcome = await attempt(
        request, body: body, endpoint: lease.endpoint, within: policy.deadline - begin.duration(to: start),
        onDelta: onDelta)
      let end = clock.now
      endpoints.finish(
        lease, outcome.forPool(elapsed: start.duration(to: end), firstText: { start.duration(to: $0) }),
        at: origin.duration(to: end))
      switch outcome.result {
      case .success(let content):
        return Completion(
          content, usage: outcome.usage, wasted: failure.usage, model: request.settings.model,
          attempts: failure.attempts,
          timings: Completion.Timings(
            total: begin.duration(to: end), firstText: outcome.firstText.map { begin.duration(to: $0) },
            lastAttempt: start.duration(to: end)))
      case .failure(let failed):
        failure.cause = failed.cause
        failure.usage += outcome.usage
      }
      tried.insert(lease.endpoint)
      let elapsed = begin.duration(to: end)
      if elapsed < policy.deadline, mayHop(from: lease.endpoint, after: failure, tried) { continue }
      guard case .retry(let wait) = policy.next(after: failure, elapsed: elapsed, fraction: fraction()) else {
        throw elapsed < policy.deadline ? failure : late(failure, allowed: policy.deadline)
      }
      try await sleep(wait, failure)
    }
  }

  private func body(of request: CompletionRequest, isStreamed: Bool) throws(UnsupportedRequest) -> [UInt8] {
    if !configuration.lacks.isEmpty, let lacking = request.needs.intersection(configuration.lacks).map(\.name).min() {
      throw UnsupportedRequest(lacking)
    }
    guard configuration.marksPromptCache else { return try codec.body(request, isStreamed: isStreamed, cache: .none) }
    let marks = endpoints.marks(
      for: request, least: codec.leastCachedTokens(model: request.settings.model),
      at: origin.duration(to: clock.now))
    return try codec.body(request, isStreamed: isStreamed, cache: marks)
  }

  private func sleep(_ wait: Duration, _ failure: ProviderFailure) async throws(ProviderFailure) {
    do { try await clock.sleep(for: wait) } catch {
      var cancelled = failure
      cancelled.cause = .cancelled
      throw cancelled
    }
  }

  /// True where the failure is of this endpoint alone and another one, not tried yet, may be asked at once.
  private func mayHop(from index: Int, after failure: ProviderFailure, _ tried: Set<Int>) -> Bool {
    let endpoint = configuration.endpoints[index]
    let others = configuration.endpoints.indices.filter { !tried.contains($0) }
      .map { configuration.endpoints[$0] }
    return switch failure.reach {
    case .key: others.contains { $0.key != endpoint.key }
    case .address: others.contains { $0.baseURL != endpoint.baseURL }
    case .everything: false
    }
  }

  /// A failure after the whole time is over is told as such, unless part of an answer was passed on.
  private func late(_ failure: ProviderFailure, allowed: Duration) -> ProviderFailure {
    guard case .transport(.timedOut) = failure.cause else { return failure }
    var late = failure
    late.cause = .deadline(allowed: allowed)
    return late
  }

  func headers(key: Secret?, isStreamed: Bool) -> [HTTPHeader] {
    configuration.headers + [
      HTTPHeader("Content-Type", "application/json"),
      HTTPHeader("Accept", isStreamed ? "text/event-stream" : "application/json"),
    ] + codec.headers(key: key)
  }
}
