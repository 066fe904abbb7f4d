package import WeirDomain
internal import WeirReview

/// The decision: a pure function of facts.
///
/// A local answer is given when its calibrated confidence reaches the facts' `acceptance`, and kept for review in the
/// band next to it.
package struct RoutePolicy: Sendable, Hashable {
  /// Share of wrong local answers that the operator accepts.
  package var errorBudget: ErrorBudget
  /// Out-of-scope scores above this are never answered locally, 0...1.
  package var outOfScopeThreshold: Double
  /// Prompts at most this complex go to `economy`, 0...1.
  package var economyComplexity: Double
  /// Prompts at least this complex go to `premium`, 0...1.
  package var premiumComplexity: Double
  /// The remote tier between those two.
  package var defaultRemoteTier: Tier

  package init(
    errorBudget: Double = 0.02, outOfScopeThreshold: Double = 0.5, economyComplexity: Double = 0.25,
    premiumComplexity: Double = 0.7, defaultRemoteTier: Tier = .standard
  ) {
    precondition(!defaultRemoteTier.isLocal, "the default remote tier is economy, standard or premium")
    self.errorBudget = ErrorBudget(share: errorBudget, isTyped: true)
    self.outOfScopeThreshold = outOfScopeThreshold
    self.economyComplexity = economyComplexity
    self.premiumComplexity = premiumComplexity
    self.defaultRemoteTier = defaultRemoteTier
  }

  /// The budget that holds for a request: what its acceptance is derived from.
  package func errorBudget(for facts: RouteFacts) -> ErrorBudget { errorBudget }

  private func band(of confidence: Double?, _ acceptance: Acceptance) -> ReviewBands.Band {
    guard let confidence, confidence >= acceptance.answerAt else { return .escalate }
    return confidence >= acceptance.reviewBelow ? .accept : .acceptAndReview
  }

  package func plan(for facts: RouteFacts) -> RoutePlan {
    if facts.requestedModel != "auto" { return requestedPlan(for: facts) }
    var plan = remotePlan(for: facts)
    let (template, note) = template(for: facts)
    let obstacle = obstacleToGenerator(in: facts) ?? obstacleToFormat(in: facts)
    plan.reasons.insert(contentsOf: note == obstacle ? [] : note.map { [$0] } ?? [], at: 0)
    if let reason = (template == nil ? obstacle : nil) ?? obstacleToTrust(in: facts) {
      plan.reasons.insert(reason, at: note == nil || note == obstacle ? 0 : 1)
      return plan
    }
    let place = plan.reasons.first == note && note != nil ? 1 : 0
    let band = band(of: facts.reading?.confidence, facts.acceptance)
    guard let reading = facts.reading, band != .escalate else {
      let confidence = facts.reading?.confidence ?? 0
      plan.reasons.insert(.belowThreshold(confidence: confidence, facts.acceptance), at: place)
      return plan
    }
    var reasons = Array(plan.reasons.prefix(place))
    reasons.append(.confident(confidence: reading.confidence, facts.acceptance))
    if band == .acceptAndReview {
      reasons.append(.keptForReview(confidence: reading.confidence, below: facts.acceptance.reviewBelow))
    }
    var steps: [RoutePlan.Step] = []
    if let template {
      reasons.append(.template(template))
      steps.append(.template(id: template))
    }
    if obstacle == nil { steps.append(.generator) }
    return RoutePlan(steps: steps + plan.steps, band: band, reasons: reasons, mayWait: plan.mayWait)
  }

  /// What is left to try on this host when no remote answers and a doubtful answer is better than none.
  package func doubtfulPlan(for facts: RouteFacts, after plan: RoutePlan) -> RoutePlan? {
    var steps: [RoutePlan.Step] = []
    // An approved answer has no check of its own: where the prompt is not trusted to be what it looks like, it is not given.
    if let id = template(for: facts).id, obstacleToTrust(in: facts) == nil, facts.requestedModel == "auto" {
      steps.append(.template(id: id))
    }
    if let generator = facts.generator, !(generator.readsSingleTurns && facts.turns > 1) { steps.append(.generator) }
    steps.removeAll { plan.steps.contains($0) }
    return steps.isEmpty ? nil : RoutePlan(steps: steps, band: .escalate, reasons: plan.reasons, mayWait: false)
  }

  /// The approved answer that may be given, or why none may although the intent has some.
  ///
  /// It answers one prompt, like the generator that is told the intent: what was said before is not in it.
  private func template(for facts: RouteFacts) -> (id: String?, note: RouteReason?) {
    switch facts.template {
    case .fits, .open: if facts.format != .text { return (nil, .templatesHaveNoFormat) }
    case nil, .some(.none): break
    }
    return switch facts.template {
    case nil, .some(.none): (nil, nil)
    case .fits(let id): facts.turns > 1 ? (nil, .conversation(turns: facts.turns)) : (id, nil)
    case .open(let id, let slots): (nil, .templateOpen(id, slots: slots))
    }
  }

  /// Why the generator cannot read the prompt, whoever asks for it.
  private func obstacleToGenerator(in facts: RouteFacts) -> RouteReason? {
    guard let generator = facts.generator else { return .noGenerator }
    if generator.promptTokens >= generator.window {
      return .promptTooLong(tokens: generator.promptTokens, allowed: generator.window)
    }
    return generator.readsSingleTurns && facts.turns > 1 ? .conversation(turns: facts.turns) : nil
  }

  /// Why the generator's confidence does not hold for the format.
  private func obstacleToFormat(in facts: RouteFacts) -> RouteReason? {
    guard facts.format != .text, facts.generator?.readsSingleTurns == true else { return nil }
    return .generatorHasNoFormat
  }

  /// Why no local answer is trusted whatever the confidence is.
  private func obstacleToTrust(in facts: RouteFacts) -> RouteReason? {
    if let tokens = facts.cutAt { return .notReadWhole(tokens: tokens) }
    if facts.isNegated { return .negated }
    if let reading = facts.reading, reading.outOfScope > outOfScopeThreshold {
      return .outOfScope(score: reading.outOfScope, threshold: outOfScopeThreshold)
    }
    return nil
  }

  private func requestedPlan(for facts: RouteFacts) -> RoutePlan {
    let name = facts.requestedModel
    let reasons: [RouteReason] = [.modelRequested(name)]
    if name == Tier.generator.rawValue {
      guard facts.generator != nil else {
        return RoutePlan(steps: [], band: .escalate, reasons: reasons + [.noGenerator], unknownModel: name)
      }
      if let obstacle = obstacleToGenerator(in: facts) {
        return RoutePlan(steps: [], band: .escalate, reasons: reasons + [obstacle], mayWait: false)
      }
      return RoutePlan(steps: [.generator], band: .accept, reasons: reasons, mayWait: false)
    }
    if name == Tier.template.rawValue, facts.template != nil {
      let (id, note) = template(for: facts)
      return RoutePlan(
        steps: id.map { [.template(id: $0)] } ?? [], band: id == nil ? .escalate : .accept,
        reasons: reasons + [id.map { .template($0) } ?? note ?? .noTemplate], mayWait: false)
    }
    if facts.format == .grammar, Tier(rawValue: name)?.isLocal == false || facts.remoteModels[name] != nil {
      return RoutePlan(steps: [], band: .escalate, reasons: reasons + [.grammarIsLocal], mayWait: false)
    }
    if let tier = Tier(rawValue: name), !tier.isLocal {
      let steps: [RoutePlan.Step] = facts.remoteTiers.contains(tier) ? [.remote(tier, model: nil)] : []
      return RoutePlan(steps: steps, band: .escalate, reasons: steps.isEmpty ? reasons + [.noRemote] : reasons)
    }
    if let tier = facts.remoteModels[name] {
      return RoutePlan(steps: [.remote(tier, model: name)], band: .escalate, reasons: reasons)
    }
    return RoutePlan(steps: [], band: .escalate, reasons: reasons, unknownModel: name)
  }

  /// The wanted remote tier first, then abler ones, then cheaper ones, as far as they are configured.
  private func remotePlan(for facts: RouteFacts) -> RoutePlan {
    if facts.format == .grammar {
      return RoutePlan(steps: [], band: .escalate, reasons: [.grammarIsLocal], mayWait: false)
    }
    let ladder: [Tier] = [.economy, .standard, .premium]
    let wanted: Tier =
      facts.complexity >= premiumComplexity
      ? .premium : facts.complexity <= economyComplexity ? .economy : defaultRemoteTier
    let start = ladder.firstIndex(of: wanted) ?? 1
    let order = ladder[start...] + ladder[..<start].reversed()
    let steps = order.filter(facts.remoteTiers.contains).map { RoutePlan.Step.remote($0, model: nil) }
    guard let first = order.first(where: facts.remoteTiers.contains) else {
      return RoutePlan(steps: [], band: .escalate, reasons: [.noRemote])
    }
    return RoutePlan(
      steps: steps, band: .escalate, reasons: [.remoteTier(first, complexity: facts.complexity)])
  }
}
