internal import Synchronization
internal import WeirDomain
internal import WeirFiles
internal import WeirStore

/// Prompts that waited in the durable queue.
extension Router {
  /// Longest wait between two attempts.
  private static let longestBackoffMilliseconds: Int64 = 3_600_000
  /// Attempts after which a prompt that fails, though the link holds, is given up.
  private static let mostAttempts = 20

  /// A reply that has to be confirmed once it was delivered.
  package struct DeferredReply: Sendable {
    package var reply: RouteReply
    /// The number of its row in the queue.
    package var sequence: Int64
    /// True where nobody waits for the answer: it went into the cache.
    package var isUpgrade = false
  }

  /// The next answer from the durable queue; nil when nothing is due.
  ///
  /// First come answers of an earlier run that ended before it delivered them, then the prompts that are due, by
  /// priority and then by age. A prompt that cannot be answered yet goes back with a later time. Call
  /// `confirmDelivery` once the reply has been delivered; until then the answer is kept. Throws what the store throws.
  package func routeNextDeferred(
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async throws -> DeferredReply? {
    if let kept = try nextKeptAnswer() { return kept }
    return try await answerNextDeferred(isCancelled: isCancelled)
  }

  /// The oldest answer that was not delivered and is due to be; nil where there is none.
  package func nextKeptAnswer() throws -> DeferredReply? {
    let now = parts.clock.wall()
    return try parts.store.read { try DeferredQueue.undelivered(at: now, in: $0) }.map { kept in
      DeferredReply(reply: RouteReply(kept), sequence: kept.sequence)
    }
  }

  /// Answers the first prompt of the queue that is due; nil when none is.
  package func answerNextDeferred(
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async throws -> DeferredReply? {
    let now = parts.clock.wall()
    let claims = try parts.store.write { transaction in
      try DeferredQueue.claim(limit: 1, for: parts.settings.claimMilliseconds, at: now, in: transaction)
    }
    guard let claim = claims.first else { return nil }
    let reply = await holding(claim, isCancelled: isCancelled)
    return DeferredReply(reply: reply, sequence: claim.sequence, isUpgrade: claim.isUpgrade)
  }

  /// Answers a claimed prompt and renews the claim all the while, so that no other worker pays for it a second time;
  /// a claim that is lost all the same ends the work.
  private func holding(
    _ claim: DeferredQueue.Claim, isCancelled: @escaping @Sendable () -> Bool
  ) async -> RouteReply {
    let loss = ClaimLoss()
    let lifetime = parts.settings.claimMilliseconds
    return await withTaskGroup(of: RouteReply?.self) { group in
      group.addTask {
        await route(claim.request, claim: claim, isCancelled: { isCancelled() || loss.isKnown })
      }
      group.addTask {
        while (try? await Task.sleep(for: .milliseconds(max(1, lifetime / 4)))) != nil {
          let until = parts.clock.wall().adding(milliseconds: lifetime)
          // A store that cannot be written now may be again before the claim runs out.
          guard let isHeld = try? parts.store.write({ try DeferredQueue.renew(claim, until: until, in: $0) }) else {
            continue
          }
          guard isHeld else {
            loss.tell()
            return nil
          }
        }
        return nil
      }
      var reply: RouteReply?
      while let next = await group.next() {
        if let next { reply = next }
        // Either the answer is there, or the claim is gone: the other task has nothing to do any more.
        group.cancelAll()
      }
      guard let reply else { preconditionFailure("every request gets a reply") }
      return reply
    }
  }

  /// Forgets the answer's text in the queue.
  package func confirmDelivery(of deferred: DeferredReply) throws {
    guard deferred.reply.answer != nil, !deferred.isUpgrade else { return }
    try parts.store.write { try DeferredQueue.markDelivered(deferred.sequence, in: $0) }
  }

  /// An answer that could not be delivered is tried again later: after seconds at first, after an hour at last.
  package func postponeDelivery(of deferred: DeferredReply) throws {
    let now = parts.clock.wall()
    let fraction = parts.clock.draw()
    try parts.store.write { transaction in
      let attempts = try DeferredQueue.attempts(deferred.sequence, in: transaction)
      try DeferredQueue.postponeDelivery(
        deferred.sequence, until: now.adding(milliseconds: Self.backoff(after: attempts, fraction)), in: transaction)
    }
  }

  /// 1 s and up to 2 s, 4 s, 8 s, ... with full jitter, so that nodes which lost the same link do not return as one.
  private static func backoff(after attempts: Int, _ fraction: Double) -> Int64 {
    let ceiling = min(longestBackoffMilliseconds, 1000 << Int64(min(attempts + 1, 20)))
    return 1000 + Int64(Double(ceiling) * fraction)
  }

  /// Settles the queue in the transaction that records the outcome.
  func settleQueue(
    _ outcome: RouteReply.Outcome, _ event: CostEvent, _ way: Passage, in transaction: borrowing StoreTransaction
  ) throws {
    guard let claim = way.claim else {
      switch outcome {
      case .deferred: try DeferredQueue.enqueue(way.request, at: way.at, in: transaction)
      case .answered where way.wantsUpgrade:
        try DeferredQueue.enqueue(try way.request.upgrade(), isUpgrade: true, at: way.at, in: transaction)
      case .answered, .failed: break
      }
      return
    }
    switch outcome {
    case .answered(let text):
      guard let tier = event.tier else { preconditionFailure("an answer names who gave it") }
      let answer = DeferredQueue.Answer(
        id: event.id, text: text, tier: tier, model: event.model, isStale: way.stale != nil)
      try DeferredQueue.complete(claim, answer, in: transaction)
    case .failed(let error) where error.kind == .cancelled:
      try DeferredQueue.release(claim, in: transaction)
    case .failed(let error) where error.kind == .badRequest || claim.attempts + 1 >= Router.mostAttempts:
      try DeferredQueue.fail(claim, nextAttempt: nil, in: transaction)
    case .failed, .deferred:
      let wait = Self.backoff(after: claim.attempts, parts.clock.draw())
      try DeferredQueue.fail(claim, nextAttempt: parts.clock.wall().adding(milliseconds: wait), in: transaction)
    }
  }
}

/// Whether another worker has taken a claim over.
private final class ClaimLoss: Sendable {
  private let flag = Mutex(false)
  var isKnown: Bool { flag.withLock { $0 } }
  func tell() { flag.withLock { $0 = true } }
}

extension RouteRequest {
  /// The same request for the cache's sake: it reads no stored answer, nobody waits for it, and requests that are equal
  /// but for their ids become one.
  fileprivate func upgrade() throws -> RouteRequest {
    var request = self
    request.priority = .batch
    request.cache = .refresh
    request.id = ""
    let body = try DeferredRequestBody.write(request)
    request.id = "upgrade-" + SHA256Digest(of: Array(body.utf8)).hex.prefix(16)
    return request
  }
}

extension RouteReply {
  /// An answer that an earlier run recorded and did not deliver: what it cost was booked then.
  package init(_ kept: DeferredQueue.Undelivered) {
    let answer = kept.answer
    self.init(
      requestID: kept.requestID, tenant: kept.tenant, traceID: answer.id, outcome: .answered(answer.text),
      tier: answer.tier,
      model: answer.model, reasons: [.deliveredLate], timings: [], nanoseconds: 0, usage: .zero, cost: .zero,
      savedByCache: .zero, savedByRouting: .zero, isStale: answer.isStale)
  }
}
