internal import WeirDomain
internal import WeirStore

/// Prompts that waited in the durable queue.
extension Router {
  /// How long one claim holds before another worker may take the prompt.
  private static let claimMilliseconds: Int64 = 3_600_000
  /// Longest wait between two attempts.
  private static let longestBackoffMilliseconds: Int64 = 3_600_000
  /// Attempts after which a prompt that fails, though the link holds, is given up.
  private static let mostAttempts = 20

  /// A reply that has to be confirmed once it was delivered.
  package struct DeferredReply: Sendable {
    package var reply: RouteReply
    fileprivate var sequence: Int64
  }

  /// The next answer from the durable queue; nil when nothing is due.
  ///
  /// First come answers of an earlier run that ended before it delivered them, then the prompts that are due, by
  /// priority and then by age. A prompt that cannot be answered yet goes back with a later time. Call
  /// `confirmDelivery` once the reply has been delivered; until then the answer is kept. Throws what the store throws.
  package func routeNextDeferred(
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async throws -> DeferredReply? {
    if let kept = try parts.store.read({ try DeferredQueue.undelivered(in: $0) }) {
      return DeferredReply(reply: RouteReply(kept), sequence: kept.sequence)
    }
    let now = parts.clock.wall()
    let claims = try parts.store.write { transaction in
      try DeferredQueue.claim(limit: 1, for: Router.claimMilliseconds, at: now, in: transaction)
    }
    guard let claim = claims.first else { return nil }
    let reply = await route(claim.request, claim: claim, isCancelled: isCancelled)
    return DeferredReply(reply: reply, sequence: claim.sequence)
  }

  /// Forgets the answer's text in the queue.
  package func confirmDelivery(of deferred: DeferredReply) throws {
    guard deferred.reply.answer != nil else { return }
    try parts.store.write { try DeferredQueue.markDelivered(deferred.sequence, in: $0) }
  }

  /// Settles the queue in the transaction that records the outcome.
  func settleQueue(
    _ outcome: RouteReply.Outcome, _ event: CostEvent, _ way: Passage, in transaction: borrowing StoreTransaction
  ) throws {
    guard let claim = way.claim else {
      if case .deferred = outcome { try DeferredQueue.enqueue(way.request, at: way.at, in: transaction) }
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
      // 2 s, 4 s, 8 s, ... with full jitter, so that nodes which lost the same link do not return as one.
      let ceiling = min(Router.longestBackoffMilliseconds, 1000 << Int64(min(claim.attempts + 1, 20)))
      let wait = 1000 + Int64(Double(ceiling) * parts.clock.draw())
      try DeferredQueue.fail(claim, nextAttempt: parts.clock.wall().adding(milliseconds: wait), in: transaction)
    }
  }
}

extension RouteReply {
  /// An answer that an earlier run recorded and did not deliver: what it cost was booked then.
  fileprivate init(_ kept: DeferredQueue.Undelivered) {
    let answer = kept.answer
    self.init(
      requestID: kept.requestID, tenant: kept.tenant, traceID: answer.id, outcome: .answered(answer.text),
      tier: answer.tier,
      model: answer.model, reasons: [.deliveredLate], timings: [], nanoseconds: 0, usage: .zero, cost: .zero,
      savedByCache: .zero, savedByRouting: .zero, isStale: answer.isStale)
  }
}
