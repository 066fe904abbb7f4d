package import WeirDomain
package import WeirHTTP

/// Answers over a provider's API: one shell that sends and retries, whatever codec writes and reads.
///
/// The client is shared: providers of one process use one pool of connections.
package struct RemoteProvider<Codec: ProviderCodec, C: Clock>: RemoteAnswerer where C.Duration == Duration {
  package var name: String { configuration.name }

  package var isReachable: Bool {
    configuration.link?.linkState != .down && endpoints.unhealthyWait(at: sinceOrigin) == .zero
  }

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
    endpoints = SharedEndpoints(
      EndpointPool(
        configuration.endpoints.map(\.limits), breaker: configuration.breaker,
        seed: UInt64(fraction() * 9_007_199_254_740_992)),
      retries: RetryBudget(configuration.retryBudget), hedges: HedgePolicy(configuration.hedge))
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
    var job = Job(
      request: request, body: body, tokens: request.promptTokens + (request.settings.maxTokens ?? 0),
      deadline: begin.advanced(by: policy.deadline), hedgeAfter: endpoints.hedgeDelay, onDelta: onDelta)
    var tried: Set<Int> = []
    var hop: EndpointPool.Lease?
    while true {
      let lease: EndpointPool.Lease
      switch hop.map({ .use($0) })
        ?? endpoints.select(tokens: job.tokens, tried: tried, returns: linkReturns, at: sinceOrigin)
      {
      case .use(let chosen): (lease, hop) = (chosen, nil)
      case .unhealthy(let wait):
        // After a failure, that one says more.
        if failure.attempts == 0 { failure.cause = .unhealthy(wait: wait) }
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
      let start = clock.now
      let result = await guarded(job, lease)
      let end = clock.now
      failure.attempts += result.requests
      if result.requests > 0 { job.earns = false }
      failure.usage += result.wasted
      switch result.attempt.result {
      case .success(let content):
        return Completion(
          content, usage: result.attempt.usage, wasted: failure.usage, model: request.settings.model,
          attempts: failure.attempts,
          timings: Completion.Timings(
            total: begin.duration(to: end), firstText: result.attempt.firstText.map { begin.duration(to: $0) },
            lastAttempt: start.duration(to: end)))
      case .failure(let failed):
        failure.cause = failed.cause
        failure.usage += result.attempt.usage
      }
      tried.formUnion(result.endpoints)
      let elapsed = begin.duration(to: end)
      if elapsed < policy.deadline, policy.mayHop {
        hop = endpoints.hop(
          to: others(than: lease.endpoint, after: failure, tried), tokens: job.tokens, at: sinceOrigin)
        if hop != nil {
          policy.hopped()
          continue
        }
      }
      guard case .retry(let wait) = policy.next(after: failure, elapsed: elapsed, fraction: fraction()),
        endpoints.unhealthyWait(at: sinceOrigin) <= wait, endpoints.mayRetry(at: sinceOrigin)
      else { throw elapsed < policy.deadline ? failure : late(failure, allowed: policy.deadline) }
      try await sleep(wait, failure)
    }
  }

  /// Time as the pool counts it.
  var sinceOrigin: Duration { origin.duration(to: clock.now) }

  /// How often the link has come back.
  var linkReturns: Int { configuration.link?.returns ?? 0 }

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

  /// Endpoints that were not tried yet and that the failure says nothing about.
  private func others(than index: Int, after failure: ProviderFailure, _ tried: Set<Int>) -> Set<Int> {
    let all = configuration.endpoints
    let others = all.indices.filter { other in
      switch failure.reach {
      case .key: all[other].key != all[index].key
      case .address: all[other].baseURL != all[index].baseURL
      case .everything: false
      }
    }
    return Set(others).subtracting(tried)
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
