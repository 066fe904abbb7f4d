internal import WeirDomain

/// Attempts with all that watches them: the endpoint's health, the link, and hedges.
extension RemoteProvider {
  /// What came of one try, which is one request or two.
  struct Try: Sendable {
    var attempt: Attempt
    /// What the request that lost against its hedge, or failed beside it, used up.
    var wasted = TokenUsage.zero
    var requests = 1
    /// Endpoints that were asked.
    var endpoints: Set<Int>
  }

  /// What a try is made of.
  struct Job: Sendable {
    var request: CompletionRequest
    var body: [UInt8]
    /// Estimated, for the limits.
    var tokens: Int
    /// When all must be over, on the provider's clock.
    var deadline: C.Instant
    /// How long the first request has before a second one; nil where none is to be sent.
    var hedgeAfter: Duration?
    var onDelta: (@Sendable (CompletionDelta) -> Void)?
    /// Whether the next request that sets out earns its share of a retry and of a hedge: the first one does.
    var earns = true
  }

  /// Sends the request to a leased endpoint, and to another one where the first takes too long.
  ///
  /// A streamed answer is never hedged: what was passed on cannot be taken back.
  func guarded(_ job: Job, _ lease: EndpointPool.Lease) async -> Try {
    guard let delay = job.hedgeAfter, job.onDelta == nil else {
      let attempt = await watched(job, lease)
      return Try(attempt: attempt, requests: attempt.wasSent ? 1 : 0, endpoints: [lease.endpoint])
    }
    return await withTaskGroup(of: (attempt: Attempt, endpoint: Int)?.self) { group in
      group.addTask { (await watched(job, lease), lease.endpoint) }
      group.addTask {
        try? await clock.sleep(for: delay)
        return nil
      }
      var result: Try?
      var running = 1
      while let next = await group.next() {
        guard let next else {
          // Time for the hedge, unless the first request has ended meanwhile.
          guard result == nil, !Task.isCancelled, let other = hedge(job, beside: lease) else { continue }
          running += 1
          var second = job
          second.earns = false
          group.addTask { [second] in (await watched(second, other), other.endpoint) }
          continue
        }
        running -= 1
        if var known = result {
          known.requests += next.attempt.wasSent ? 1 : 0
          known.endpoints.insert(next.endpoint)
          if case .success = next.attempt.result, case .failure = known.attempt.result {
            known.wasted += known.attempt.usage
            known.attempt = next.attempt
          } else {
            known.wasted += next.attempt.usage
          }
          result = known
        } else {
          result = Try(
            attempt: next.attempt, requests: next.attempt.wasSent ? 1 : 0, endpoints: [next.endpoint])
        }
        // The first answer ends the other request; a failure waits for it, and ends what has not set out.
        if case .success? = result?.attempt.result { group.cancelAll() }
        if running == 0 { group.cancelAll() }
      }
      guard let result else { preconditionFailure("the first request ends") }
      return result
    }
  }

  private func hedge(_ job: Job, beside lease: EndpointPool.Lease) -> EndpointPool.Lease? {
    let now = sinceOrigin
    guard endpoints.mayHedge(at: now) else { return nil }
    let selection = endpoints.select(tokens: job.tokens, tried: [lease.endpoint], returns: linkReturns, at: now)
    guard case .use(let other) = selection else { return nil }
    return other
  }

  /// One request, of which the endpoint's health and the link are told.
  private func watched(_ job: Job, _ lease: EndpointPool.Lease) async -> Attempt {
    let start = clock.now
    var ticket: LinkMonitor.Ticket?
    if let link = configuration.link {
      switch link.admit(urls[lease.endpoint]) {
      case .go(let admitted): ticket = admitted
      case .down(let wait):
        endpoints.finish(lease, EndpointOutcome(failure: .linkDown(wait: wait)), at: sinceOrigin)
        return Attempt(result: .failure(AttemptFailure(cause: .linkDown(wait: wait))), usage: .zero)
      }
    }
    if job.earns { endpoints.setOut() }
    let (gate, pass) = (configuration.link, ticket)
    let attempt = await attempt(
      job.request, body: job.body, endpoint: lease.endpoint, within: start.duration(to: job.deadline),
      onConnected: {
        endpoints.connected(lease, at: sinceOrigin)
        if let pass { gate?.connected(pass) }
      }, onDelta: job.onDelta)
    let outcome = attempt.forPool(
      elapsed: start.duration(to: clock.now), firstText: { start.duration(to: $0) })
    endpoints.finish(lease, outcome, at: sinceOrigin)
    if let pass { gate?.finish(pass, LinkMonitor.Sight(outcome.failure)) }
    return attempt
  }
}
