internal import WeirCache
internal import WeirDomain
internal import WeirReview
internal import WeirStore

/// Audits: a small share of semantic hits is answered anew, so that what is believed of the others can be checked.
extension Router {
  /// Whether this hit is answered anew; each with the same probability, whatever it is.
  func isAudited(_ hit: CacheHit, _ way: inout Passage) -> Bool {
    guard hit.similarity != nil, let share = parts.cache?.configuration.auditShare, share > 0,
      parts.clock.draw() < share
    else { return false }
    way.audit = (hit, way.hitProbability)
    way.reasons.append(.audited)
    return true
  }

  /// The hit, where nobody could answer anew: an audit costs nobody an answer.
  func unanswered(_ outcome: Cascade.Outcome, _ way: Passage) -> CacheHit? {
    // Nor where part of the new answer was passed on: nothing is answered twice.
    guard case .unanswered = outcome.end, way.stream?.isCommitted != true else { return nil }
    return way.audit?.hit
  }

  /// Notes what the comparison came to. Equal answers confirm the entry; of different ones a person has to say
  /// whether the stored one would have been wrong.
  func recordAudit(of way: Passage, computed: String, in transaction: borrowing StoreTransaction) throws {
    guard let (hit, probability) = way.audit, let partition = way.cachePlan?.partition else { return }
    if CachedAnswer.areAlike(hit.answer.text, computed) {
      let prompt = try transaction.first("SELECT prompt FROM cache_entry WHERE id = ?", [.integer(hit.id)]) { row in
        try row.text(0)
      }
      guard let prompt else { return }
      try ResponseCache.recordEvidence(
        .init(score: probability, wasRight: true, at: way.at), entryID: hit.id,
        stored: PromptDigest(partition: partition.bytes, prompt: prompt), in: transaction)
    } else if let share = parts.cache?.configuration.auditShare {
      try ReviewQueue.keep(
        ReviewSample(
          id: parts.clock.makeID(), at: way.at, requestID: way.request.id, tenant: way.request.tenant,
          cause: .cacheAudit, probability: share, prompt: way.request.prompt, answer: hit.answer.text, tier: .semantic,
          intent: hit.answer.intent, confidence: probability), in: transaction)
    }
  }
}
