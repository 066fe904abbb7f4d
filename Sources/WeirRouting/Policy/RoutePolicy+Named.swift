internal import WeirDomain
internal import WeirReview

/// Requests and rules that name who is to answer.
extension RoutePolicy {
  /// The tier or model that the request names, and nobody else.
  func requestedPlan(for facts: RouteFacts, _ terms: RouteTerms) -> RoutePlan {
    let name = facts.requestedModel
    let reasons: [RouteReason] = [.modelRequested(name)]
    func plan(_ steps: [RoutePlan.Step] = [], _ more: [RouteReason] = [], mayWait: Bool = false) -> RoutePlan {
      RoutePlan(steps: steps, band: .escalate, reasons: reasons + more, mayWait: mayWait, permit: terms.permit)
    }
    if let tier = Tier(rawValue: name), tier == .generator || (tier == .template && facts.template != nil) {
      guard tier == .template || facts.generator != nil else { return nobody(reasons + [.noGenerator], facts, terms) }
      let (steps, obstacle) = namedLocalSteps(tier, for: facts)
      guard obstacle == nil else { return plan([], obstacle.map { [$0] } ?? []) }
      let chosen = steps.compactMap { step -> RouteReason? in
        if case .template(let id) = step { .template(id) } else { nil }
      }
      return RoutePlan(
        steps: steps, band: .accept, reasons: reasons + chosen, mayWait: false, permit: terms.permit)
    }
    let tier = Tier(rawValue: name).flatMap { $0.isLocal ? nil : $0 }
    let options = facts.remotes.filter { tier == nil ? $0.model == name : $0.tier == tier }
    guard tier != nil || !options.isEmpty else { return nobody(reasons, facts, terms) }
    if facts.format == .grammar { return plan([], [.grammarIsLocal]) }
    guard terms.permit != nil else { return plan() }
    guard !options.isEmpty else { return plan([], [.noRemote], mayWait: true) }
    var choice = RemoteChoice()
    choice.take(affordable(options, for: facts, &choice.reasons), facts)
    choice.reasons = reasons + choice.reasons
    choice.mayDefer = facts.millisecondsLeft == nil
    choice.mayWait = choice.hasSteps
    return choice.plan(terms)
  }

  private func nobody(_ reasons: [RouteReason], _ facts: RouteFacts, _ terms: RouteTerms) -> RoutePlan {
    RoutePlan(
      steps: [], band: .escalate, reasons: reasons, unknownModel: facts.requestedModel, permit: terms.permit)
  }

  /// A local tier that a rule names: asked whatever the confidence is, with the remote models behind it.
  func namedLocalPlan(_ tier: Tier, for facts: RouteFacts, _ terms: RouteTerms) -> RoutePlan {
    let remote = remoteChoice(for: facts, terms)
    let (steps, obstacle) = namedLocalSteps(tier, for: facts)
    guard let obstacle else { return remote.plan(terms, after: steps, band: .accept) }
    return remote.plan(terms, band: .escalate, reasons: [obstacle] + remote.reasons)
  }

  private func namedLocalSteps(
    _ tier: Tier, for facts: RouteFacts
  ) -> (steps: [RoutePlan.Step], obstacle: RouteReason?) {
    if tier == .generator {
      let obstacle = obstacleToGenerator(in: facts)
      return (obstacle == nil ? [.generator] : [], obstacle)
    }
    let (id, note) = template(for: facts)
    return (id.map { [.template(id: $0)] } ?? [], id == nil ? note ?? .noTemplate : nil)
  }
}
