internal import WeirDomain
internal import WeirReview

/// What this host can answer by itself.
extension RoutePolicy {
  /// What becomes of the local answer.
  struct LocalChoice {
    var steps: [RoutePlan.Step] = []
    var band: ReviewBands.Band
    var reasons: [RouteReason]
    /// False where something other than confidence speaks against any local answer.
    var isTrusted = true
  }

  func localChoice(for facts: RouteFacts, _ terms: RouteTerms) -> LocalChoice {
    let (template, note) = template(for: facts)
    let obstacle =
      obstacleToGenerator(in: facts) ?? obstacleToFormat(in: facts) ?? obstacleOfSufficiency(in: facts, terms)
    var reasons = note == obstacle ? [] : note.map { [$0] } ?? []
    if let reason = template == nil ? obstacle : nil {
      let isDoubt = obstacleToTrust(in: facts) == nil && obstacle?.code == "insufficient"
      return LocalChoice(band: .escalate, reasons: reasons + [reason], isTrusted: isDoubt)
    }
    if let reason = obstacleToTrust(in: facts) {
      return LocalChoice(band: .escalate, reasons: reasons + [reason], isTrusted: false)
    }
    let band = band(of: facts.reading?.confidence, terms.acceptance)
    guard let reading = facts.reading, band != .escalate else {
      let confidence = facts.reading?.confidence ?? 0
      return LocalChoice(
        band: .escalate, reasons: reasons + [.belowThreshold(confidence: confidence, terms.acceptance)],
        isTrusted: facts.reading != nil)
    }
    reasons.append(.confident(confidence: reading.confidence, terms.acceptance))
    if band == .acceptAndReview {
      reasons.append(.keptForReview(confidence: reading.confidence, below: terms.acceptance.reviewBelow))
    }
    var steps: [RoutePlan.Step] = []
    if let template {
      reasons.append(.template(template))
      steps.append(.template(id: template))
    }
    if obstacle == nil { steps.append(.generator) }
    return LocalChoice(steps: steps, band: band, reasons: reasons)
  }

  /// What can answer here, whatever its confidence is; nothing that could not be right at all.
  func doubtfulSteps(for facts: RouteFacts) -> [RoutePlan.Step] {
    guard obstacleToTrust(in: facts) == nil else { return [] }
    var steps: [RoutePlan.Step] = []
    if let id = template(for: facts).id { steps.append(.template(id: id)) }
    if obstacleToGenerator(in: facts) == nil, obstacleToFormat(in: facts) == nil { steps.append(.generator) }
    return steps
  }

  private func band(of confidence: Double?, _ acceptance: Acceptance) -> ReviewBands.Band {
    guard let confidence, confidence >= acceptance.answerAt else { return .escalate }
    return confidence >= acceptance.reviewBelow ? .accept : .acceptAndReview
  }

  /// The approved answer that may be given, or why none may although the intent has some.
  ///
  /// It answers one prompt, like the generator that is told the intent: what was said before is not in it.
  func template(for facts: RouteFacts) -> (id: String?, note: RouteReason?) {
    if facts.template != nil, let reason = need(of: facts) { return (nil, reason) }
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
  func obstacleToGenerator(in facts: RouteFacts) -> RouteReason? {
    if let reason = need(of: facts) { return reason }
    guard let generator = facts.generator else { return .noGenerator }
    if generator.promptTokens >= generator.window {
      return .promptTooLong(tokens: generator.promptTokens, allowed: generator.window)
    }
    return generator.readsSingleTurns && facts.turns > 1 ? .conversation(turns: facts.turns) : nil
  }

  /// What nobody on this host can be given, if anything.
  private func need(of facts: RouteFacts) -> RouteReason? {
    facts.needs.isEmpty ? nil : .needsRemote(facts.needs.map(\.name).sorted())
  }

  /// Why the generator's confidence does not hold for the format.
  private func obstacleToFormat(in facts: RouteFacts) -> RouteReason? {
    guard facts.format != .text, facts.generator?.readsSingleTurns == true else { return nil }
    return .generatorHasNoFormat
  }

  /// Why the generator is not asked although the intent is clear: its answers to such prompts are not good enough.
  private func obstacleOfSufficiency(in facts: RouteFacts, _ terms: RouteTerms) -> RouteReason? {
    guard let sufficiency = facts.sufficiency, !(sufficiency >= terms.sufficientAt) else { return nil }
    return .policy(.insufficient(probability: sufficiency, threshold: terms.sufficientAt))
  }

  /// Why no local answer is trusted whatever the confidence is.
  func obstacleToTrust(in facts: RouteFacts) -> RouteReason? {
    if let reason = need(of: facts) { return reason }
    if let tokens = facts.cutAt { return .notReadWhole(tokens: tokens) }
    if facts.isNegated { return .negated }
    if let reading = facts.reading, reading.outOfScope > outOfScopeThreshold {
      return .outOfScope(score: reading.outOfScope, threshold: outOfScopeThreshold)
    }
    return nil
  }
}
