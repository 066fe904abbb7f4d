internal import Synchronization
internal import WeirDomain
internal import WeirFiles
internal import WeirStore

/// Prompts that waited in the durable queue.
extension Router {
  /// Longest wait between two attempts.
  private static let longestBackoffMilliseconds: Int64 = 3_600_000
  /// How long an answer is left to whoever delivers it: longer than a post to the webhook may take.
  static let deliveryMilliseconds: Int64 = 30_000
  /// Attempts after which a prompt that fails, though the link holds, is given up.
  private static let mostAttempts = 20

  /// A reply that has to be confirmed once it was delivered.
  package struct DeferredReply: Sendable {
    package var reply: RouteReply
    /// The number of its row in the queue.
    package var sequence: Int64
    /// True where nobody waits for the answer: it went into the cache.
    package var isUpgrade = false
    /// Deliveries that were tried in vain.
    package var deliveries = 0

    /// False where nobody waits for it, or another worker has taken the prompt over.
    package var isDeliverable: Bool { !isUpgrade && !reply.isClaimLost }
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

  /// The oldest answer that was not delivered, is due to be, and is not being delivered by somebody else; nil where
  /// there is none.
  package func nextKeptAnswer() throws -> DeferredReply? {
    let now = parts.clock.wall()
    let kept = try parts.store.write { transaction in
      try DeferredQueue.takeUndelivered(at: now, for: Self.deliveryMilliseconds, in: transaction)
    }
    return kept.map { kept in
      DeferredReply(reply: RouteReply(kept), sequence: kept.sequence, deliveries: kept.deliveries)
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
    let lifetime = parts.settings.claimMilliseconds
    let reply = await holding(every: lifetime / 4) {
      try DeferredQueue.renew(claim, until: parts.clock.wall().adding(milliseconds: lifetime), in: $0)
    } answer: { isLost in
      await route(claim.request, claim: claim, isCancelled: { isCancelled() || isLost() })
    }
    return DeferredReply(reply: reply, sequence: claim.sequence, isUpgrade: claim.isUpgrade)
  }

  /// Answers a claimed prompt and renews the claim all the while, so that no other worker pays for it a second time;
  /// a claim that is lost all the same ends the work.
  ///
  /// `renew` runs every `milliseconds` and says whether the claim is still held; `answer` may ask whether it is lost.
  func holding(
    every milliseconds: Int64, renew: @escaping @Sendable (borrowing StoreTransaction) throws -> Bool,
    answer: @escaping @Sendable (_ isLost: @escaping @Sendable () -> Bool) async -> RouteReply
  ) async -> RouteReply {
    let loss = ClaimLoss()
    return await withTaskGroup(of: RouteReply?.self) { group in
      group.addTask { await answer { loss.isKnown } }
      group.addTask {
        while (try? await Task.sleep(for: .milliseconds(max(1, milliseconds)))) != nil {
          // A store that cannot be written now may be again before the claim runs out.
          guard let isHeld = try? parts.store.write({ try renew($0) }) else { continue }
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

  /// Lets the next run deliver the answer at once: this one could not.
  package func releaseDelivery(of deferred: DeferredReply) throws {
    guard deferred.reply.answer != nil else { return }
    try parts.store.write {
      try DeferredQueue.releaseDelivery(deferred.sequence, answer: deferred.reply.traceID, in: $0)
    }
  }

  /// Forgets the answer's text in the queue.
  package func confirmDelivery(of deferred: DeferredReply) throws {
    guard deferred.reply.answer != nil, deferred.isDeliverable else { return }
    try parts.store.write { transaction in
      try DeferredQueue.markDelivered(deferred.sequence, answer: deferred.reply.traceID, in: transaction)
    }
  }

  /// An answer that could not be delivered is tried again later: after seconds at first, after an hour at last.
  package func postponeDelivery(of deferred: DeferredReply) throws {
    let now = parts.clock.wall()
    let fraction = parts.clock.draw()
    try parts.store.write { transaction in
      let attempts = try DeferredQueue.attempts(deferred.sequence, in: transaction)
      try DeferredQueue.postponeDelivery(
        deferred.sequence, answer: deferred.reply.traceID,
        until: now.adding(milliseconds: Self.backoff(after: attempts, fraction)), in: transaction)
    }
  }

  /// 1 s and up to 2 s, 4 s, 8 s, ... with full jitter, so that nodes which lost the same link do not return as one.
  private static func backoff(after attempts: Int, _ fraction: Double) -> Int64 {
    let ceiling = min(longestBackoffMilliseconds, 1000 << Int64(min(attempts + 1, 20)))
    return 1000 + Int64(Double(ceiling) * fraction)
  }

  /// Settles the queue in the transaction that records the outcome; false where another worker has the prompt now.
  func settleQueue(
    _ outcome: RouteReply.Outcome, _ event: CostEvent, _ way: Passage, in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    guard let claim = way.claim else {
      switch outcome {
      case .deferred: try DeferredQueue.enqueue(way.request, at: way.at, in: transaction)
      case .answered where way.wantsUpgrade:
        try DeferredQueue.enqueue(try way.request.upgrade(), isUpgrade: true, at: way.at, in: transaction)
      case .answered, .failed: break
      }
      return true
    }
    let now = parts.clock.wall()
    switch outcome {
    case .answered(let text):
      guard let tier = event.tier else { preconditionFailure("an answer names who gave it") }
      let answer = DeferredQueue.Answer(
        id: event.id, text: text, tier: tier, model: event.model, isStale: way.stale != nil)
      return try DeferredQueue.complete(
        claim, answer, leasedUntil: now.adding(milliseconds: Self.deliveryMilliseconds), in: transaction)
    case .failed(let error) where error.kind == .cancelled:
      return try DeferredQueue.release(claim, in: transaction)
    case .failed(let error) where error.kind == .badRequest || claim.attempts + 1 >= Router.mostAttempts:
      return try DeferredQueue.fail(claim, nextAttempt: nil, in: transaction)
    // What costs nothing may wait for as long as a provider is away.
    case .deferred where event.cost > .zero && claim.attempts + 1 >= Router.mostAttempts:
      return try DeferredQueue.fail(claim, nextAttempt: nil, in: transaction)
    case .deferred where way.recess != nil:
      let wait = Double(way.recess ?? 0) * (1 + parts.clock.draw())
      return try DeferredQueue.release(claim, until: now.adding(milliseconds: Int64(wait)), in: transaction)
    case .failed, .deferred:
      let wait = Self.backoff(after: claim.attempts, parts.clock.draw())
      return try DeferredQueue.fail(claim, nextAttempt: now.adding(milliseconds: wait), in: transaction)
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
