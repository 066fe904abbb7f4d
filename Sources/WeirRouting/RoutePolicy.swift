package import WeirDomain
internal import WeirReview

/// The decision: a pure function of facts.
///
/// A local answer is given when its calibrated confidence is at least `1 - errorBudget`: then each accepted answer, and
/// so their average, is wrong with a probability within the budget, as far as the calibration holds. The half of that
/// band next to the threshold is also kept for review.
package struct RoutePolicy: Sendable, Hashable {
  /// Share of wrong local answers that the operator accepts, 0 < x < 0.5.
  package var errorBudget: Double
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
    precondition(errorBudget > 0 && errorBudget < 0.5, "an error budget lies between 0 and 0.5")
    precondition(!defaultRemoteTier.isLocal, "the default remote tier is economy, standard or premium")
    self.errorBudget = errorBudget
    self.outOfScopeThreshold = outOfScopeThreshold
    self.economyComplexity = economyComplexity
    self.premiumComplexity = premiumComplexity
    self.defaultRemoteTier = defaultRemoteTier
  }

  /// Below this an answer breaks the error budget.
  package var acceptThreshold: Double { 1 - errorBudget }
  /// Below this a person should look at an accepted answer.
  package var reviewThreshold: Double { 1 - errorBudget / 2 }

  private func band(of confidence: Double?) -> ReviewBands.Band {
    guard let bands = ReviewBands(accept: reviewThreshold, review: acceptThreshold) else {
      preconditionFailure("the thresholds of an error budget ascend")
    }
    return bands.band(of: confidence)
  }

  package func plan(for facts: RouteFacts) -> RoutePlan {
    if facts.requestedModel != "auto" { return requestedPlan(for: facts) }
    var plan = remotePlan(for: facts)
    if let obstacle = obstacleToLocalAnswer(in: facts) {
      plan.reasons.insert(obstacle, at: 0)
      return plan
    }
    let band = band(of: facts.reading?.confidence)
    guard let reading = facts.reading, band != .escalate else {
      let confidence = facts.reading?.confidence ?? 0
      plan.reasons.insert(.belowThreshold(confidence: confidence, threshold: acceptThreshold), at: 0)
      return plan
    }
    var reasons: [RouteReason] = [.confident(confidence: reading.confidence, threshold: acceptThreshold)]
    if band == .acceptAndReview {
      reasons.append(.keptForReview(confidence: reading.confidence, below: reviewThreshold))
    }
    return RoutePlan(steps: [.generator] + plan.steps, band: band, reasons: reasons)
  }

  /// Why the generator cannot read the prompt, whoever asks for it.
  private func obstacleToAnyLocalAnswer(in facts: RouteFacts) -> RouteReason? {
    guard let generator = facts.generator else { return .noGenerator }
    if generator.promptTokens >= generator.window {
      return .promptTooLong(tokens: generator.promptTokens, allowed: generator.window)
    }
    return generator.readsSingleTurns && facts.turns > 1 ? .conversation(turns: facts.turns) : nil
  }

  /// Why the generator cannot be asked whatever the confidence is.
  private func obstacleToLocalAnswer(in facts: RouteFacts) -> RouteReason? {
    if let obstacle = obstacleToAnyLocalAnswer(in: facts) { return obstacle }
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
      if let obstacle = obstacleToAnyLocalAnswer(in: facts) {
        return RoutePlan(steps: [], band: .escalate, reasons: reasons + [obstacle], mayWait: false)
      }
      return RoutePlan(steps: [.generator], band: .accept, reasons: reasons, mayWait: false)
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
