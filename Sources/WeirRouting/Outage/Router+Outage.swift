internal import WeirCache
internal import WeirDomain

/// What happens when no remote model answers: `OutagePolicy` decides, and here it is done.
extension Router {
  /// Least wait after an outage was met: the queue starts nothing while the link is down.
  private static let recessMilliseconds: Int64 = 2_000
  /// Least wait for bytes that cost nothing, or a month that has some.
  private static let withheldMilliseconds: Int64 = 300_000

  /// The plan as the link lets it be: without its remote steps where bytes are withheld from this prompt.
  func overLink(_ plan: RoutePlan, _ way: inout Passage) -> RoutePlan {
    guard let link = parts.link, plan.steps.contains(where: \.isRemote) else { return plan }
    let request = way.request
    let facts = link.facts(at: way.at)
    let bytes = LinkFacts.bytes(of: request.messages, settings: request.settings)
    // Nobody waits for what is asked in the background.
    let priority = way.background == nil ? request.priority : .batch
    guard let reason = facts.obstacle(priority: priority, bytes: bytes) else { return plan }
    way.reasons.append(.link(reason))
    way.recess = Self.withheldMilliseconds
    var withheld = plan.keeping(plan.steps.filter { !$0.isRemote })
    withheld.reasons.append(.link(reason))
    return withheld
  }

  /// Runs the plan's first steps and, where nobody answers, the operator's measures one after the other.
  func answer(
    _ plan: RoutePlan, over cascade: Cascade, _ prepared: Cascade.Prepared, _ embedding: PromptEmbedding,
    _ way: inout Passage, isCancelled: @escaping @Sendable () -> Bool
  ) async -> Cascade.Outcome {
    let plan = overLink(plan, &way)
    var cascade = cascade
    cascade.stream = way.stream
    let outage = parts.settings.whenUnanswered
    let (first, smaller) = outage.split(plan.steps, preferred: plan.preferredTier)
    var outcome = await cascade.run(
      plan.keeping(first), request: way.request, prepared: prepared, isCancelled: isCancelled)
    way.reasons += outcome.reasons
    if outcome.isUnheard { way.recess = Self.recessMilliseconds }
    outcome = settled(outcome, plan, &way)
    guard case .unanswered(let error, let mayWait) = outcome.end else { return outcome }
    let situation = OutagePolicy.Situation(
      isStopped: outcome.isStopped, mayWait: mayWait, staysHere: plan.permit == nil,
      mayDefer: plan.mayDefer, isUpgrade: way.claim?.isUpgrade == true || way.background != nil)
    for measure in outage.measures(for: situation) {
      switch measure {
      case .smaller:
        guard !smaller.isEmpty else { continue }
        let next = await cascade.run(
          plan.keeping(smaller), request: way.request, prepared: prepared, after: outcome.discarded,
          isCancelled: isCancelled)
        way.reasons += next.reasons
        outcome.continued(with: next)
        if case .answered(let answer) = outcome.end {
          way.reasons.append(.link(.smaller(answer.tier)))
          return outcome
        }
        if outcome.isStopped { return outcome }
      case .stale:
        way.stale = staleHit(embedding, &way)
        if way.stale != nil {
          queueUpgrade(plan, &way)
          return outcome
        }
      case .local:
        guard let facts = way.facts, let doubtful = parts.policy.doubtfulPlan(for: facts, after: plan) else { continue }
        let next = await cascade.run(doubtful, request: way.request, prepared: prepared, isCancelled: isCancelled)
        if case .answered = next.end {
          outcome.continued(with: next)
          way.reasons.append(.offlineFallback)
          way.isDoubtful = true
          queueUpgrade(plan, &way)
          return outcome
        }
        way.reasons += next.reasons
        outcome.continued(with: next)
        if next.isStopped { return outcome }
      case .defer where way.request.isDeferrable:
        outcome.end = .unanswered(error, mayWait: true)
        return outcome
      case .defer, .error:
        if case .unanswered(let last, _) = outcome.end { outcome.end = .unanswered(last, mayWait: false) }
        return outcome
      }
    }
    preconditionFailure("the last measure ends it")
  }

  /// Has a better answer fetched for the cache once the link allows; not where none could be, or kept.
  private func queueUpgrade(_ plan: RoutePlan, _ way: inout Passage) {
    guard parts.settings.upgradesLater, way.claim == nil, plan.permit != nil, !parts.remotes.options.isEmpty,
      way.cachePlan?.isWritable == true
    else { return }
    way.wantsUpgrade = true
    way.reasons.append(.link(.upgradeQueued))
  }
}

extension Cascade.Outcome {
  /// Takes what further steps came to; what was paid for stays paid.
  fileprivate mutating func continued(with next: Cascade.Outcome) {
    let (discarded, wasCascaded, compression) = (discarded, isCascaded, compression)
    self = next
    self.discarded = discarded + next.discarded
    isCascaded = wasCascaded || next.isCascaded
    self.compression = next.compression ?? compression
  }
}

extension RoutePlan {
  /// The same plan with these of its steps.
  func keeping(_ steps: [Step]) -> RoutePlan {
    var plan = RoutePlan(
      steps: steps, background: background, band: band, reasons: reasons, mayWait: mayWait, unknownModel: unknownModel,
      permit: permit)
    (plan.mostTokens, plan.limit) = (mostTokens, limit)
    plan.isDoubtful = isDoubtful
    plan.preferredTier = preferredTier
    plan.mayDefer = mayDefer
    return plan
  }
}
