internal import WeirCache
internal import WeirDomain
internal import WeirReview
internal import WeirStore

/// What is asked once a request was answered: a request of its own that goes the same way, but reads no stored answer,
/// waits for nobody, and is answered by those that the policy names now, if it still names any.
extension Router {
  /// What a finished background request came to.
  package struct BackgroundReply: Sendable {
    package var reply: RouteReply
    package var purpose: BackgroundQueue.Purpose
  }

  /// Answers the oldest request of the background queue that is due and within the limits; nil when none is.
  ///
  /// Throws what the store throws.
  package func answerNextInBackground(
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async throws -> BackgroundReply? {
    guard let limits = parts.budget.background?.limits else { return nil }
    let now = parts.clock.wall()
    let claim = try parts.store.write { try BackgroundQueue.claim(limits, at: now, in: $0) }
    guard let claim else { return nil }
    var request = claim.request
    if request.cache != .off { request.cache = .refresh }
    let asked = request
    let reply = await holding(every: BackgroundQueue.claimMilliseconds / 4) {
      try BackgroundQueue.renew(claim, at: parts.clock.wall(), in: $0)
    } answer: { isLost in
      await route(asked, background: claim, isCancelled: { isCancelled() || isLost() })
    }
    return BackgroundReply(reply: reply, purpose: claim.purpose)
  }

  /// The plan of a background request: whoever did not answer before. Only the policy can permit a remote model, and it
  /// is asked anew: what became local in between stays here.
  func inBackground(_ plan: RoutePlan, _ facts: RouteFacts, _ way: Passage) -> RoutePlan {
    guard let claim = way.background else { return plan }
    switch claim.purpose {
    case .upgrade, .compare:
      let steps = plan.background.isEmpty ? plan.steps.filter(\.isRemote) : plan.background
      var asked = RoutePlan(
        steps: steps, band: plan.band, reasons: plan.reasons, mayWait: false, unknownModel: plan.unknownModel,
        permit: plan.permit)
      (asked.mostTokens, asked.limit) = (plan.mostTokens, plan.limit)
      return asked
    case .local:
      var asked = RoutePlan(
        steps: parts.policy.doubtfulSteps(for: facts), band: plan.band, reasons: plan.reasons, mayWait: false,
        permit: nil)
      asked.isDoubtful = true
      return asked
    }
  }

  /// Queues what is to be asked later, in the transaction of the answer.
  func queueBackground(
    _ way: Passage, _ sample: ReviewSample?, tier: Tier?, in transaction: borrowing StoreTransaction
  ) throws {
    guard let settings = parts.budget.background, way.background == nil, way.claim == nil, let tier else { return }
    let purpose: BackgroundQueue.Purpose
    if way.wantsBackground, tier.isLocal, !tier.isCache {
      purpose = .upgrade
    } else if settings.compares, let sample, sample.other == nil {
      if tier.isLocal {
        guard mayCompare(way) else { return }
        purpose = .compare
      } else {
        guard sample.threshold != nil, sample.cause == .audit, parts.local != nil else { return }
        if let facts = way.facts, parts.policy.doubtfulSteps(for: facts).isEmpty { return }
        purpose = .local
      }
    } else {
      return
    }
    try BackgroundQueue.enqueue(way.request, purpose, sample: sample?.id, at: way.at, in: transaction)
  }

  /// Whether a remote model could be asked for another answer: a prompt that stays on this host is not even kept for it,
  /// and neither is one that names who is to answer here.
  private func mayCompare(_ way: Passage) -> Bool {
    guard !parts.remotes.options.isEmpty, Tier(rawValue: way.request.settings.model)?.isLocal != true else {
      return false
    }
    guard let facts = way.facts else {
      // A stored answer: nobody decided, so that where anything may stay here nothing is kept.
      return parts.policy.mode != .never
        && parts.policy.rules.rules.allSatisfy { !$0.staysLocal && $0.effect.mode != .never }
    }
    let plan = parts.policy.plan(for: facts)
    return plan.permit != nil && (plan.background + plan.steps).contains(where: \.isRemote)
  }

  /// Settles the queue, and puts the answer beside the given one, in the transaction that records it.
  func settleBackground(
    _ claim: BackgroundQueue.Claim, _ outcome: RouteReply.Outcome, _ event: CostEvent, agreement: Double?,
    in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    let settlement: BackgroundQueue.Settlement
    switch outcome {
    case .answered:
      settlement = .done
    case .failed(let error) where error.kind == .cancelled: settlement = .released
    case .failed(let error) where error.kind == .badRequest: settlement = .abandoned
    case .failed, .deferred:
      guard claim.attempts + 1 < BackgroundQueue.mostAttempts else {
        settlement = .abandoned
        break
      }
      // 10 s, 20 s, 40 s, ... with full jitter.
      let ceiling = Int64(10_000) << Int64(min(claim.attempts, 10))
      let wait = 1000 + Int64(Double(ceiling) * parts.clock.draw())
      settlement = .again(parts.clock.wall().adding(milliseconds: wait))
    }
    let isHeld = try BackgroundQueue.settle(claim, settlement, cost: event.cost, in: transaction)
    // The answer of a worker that comes too late is put beside nothing: another one's is, or was.
    if isHeld, case .answered(let text) = outcome, let sampleID = claim.sampleID, let tier = event.tier {
      try ReviewQueue.putBeside(
        .init(answer: text, tier: tier, agreement: agreement), sampleID: sampleID, in: transaction)
    }
    return isHeld
  }

  /// How much alike the answer and the given one are, for the reviewer's eye: 0 where words or numbers differ.
  func agreement(_ claim: BackgroundQueue.Claim?, _ outcome: RouteReply.Outcome) -> Double? {
    guard let claim, let given = claim.given, case .answered(let text) = outcome else { return nil }
    switch AnswerAgreement.verdict(
      given, text, format: claim.request.settings.format, likeness: AnswerAgreement.likeness(parts.encoder))
    {
    case .agree(let similarity): return min(max(similarity, 0), 1)
    case .differ: return 0
    }
  }
}
