internal import WeirDomain
internal import WeirStore

/// Prompts that waited in the durable queue.
extension Router {
  /// How long one claim holds before another worker may take the prompt.
  private static let claimMilliseconds: Int64 = 600_000
  /// Longest wait between two attempts.
  private static let longestBackoffMilliseconds: Int64 = 3_600_000

  /// Answers the prompt that is due next, by priority and then by age; nil when none is due.
  ///
  /// A prompt that cannot be answered yet goes back to the queue with a later time. Throws what the store throws.
  package func routeNextDeferred(
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async throws -> RouteReply? {
    let now = parts.clock.wall()
    let claims = try parts.store.write { transaction in
      try DeferredQueue.claim(limit: 1, for: Router.claimMilliseconds, at: now, in: transaction)
    }
    guard let claim = claims.first else { return nil }
    return await route(claim.request, claim: claim, isCancelled: isCancelled)
  }

  /// Settles the queue in the transaction that records the outcome.
  func settleQueue(
    _ outcome: CostEvent.Outcome, _ way: Passage, in transaction: borrowing StoreTransaction
  ) throws {
    guard let claim = way.claim else {
      if outcome == .deferred { try DeferredQueue.enqueue(way.request, at: way.at, in: transaction) }
      return
    }
    if outcome == .answered {
      try DeferredQueue.complete(claim, answerID: way.traceID.description, in: transaction)
      return
    }
    // 2 s, 4 s, 8 s, ... with full jitter, so that nodes which lost the same link do not return as one.
    let ceiling = min(Router.longestBackoffMilliseconds, 1000 << Int64(min(claim.attempts + 1, 20)))
    let wait = 1000 + Int64(Double(ceiling) * parts.clock.draw())
    try DeferredQueue.fail(claim, nextAttempt: parts.clock.wall().adding(milliseconds: wait), in: transaction)
  }
}
