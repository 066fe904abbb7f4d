package import WeirDomain
internal import WeirReview

/// The decision: a pure function of facts.
///
/// What counts for a request, in this order: a rule that keeps it on this host; the model or tier that the request names;
/// the first rule that fits; the confidence of a local answer; complexity and strategy for what is sent on.
package struct RoutePolicy: Sendable, Hashable {
  /// Share of wrong local answers that the operator accepts, unless a rule says otherwise.
  package var errorBudget: ErrorBudget
  /// Out-of-scope scores above this are never answered locally, 0...1.
  package var outOfScopeThreshold: Double
  /// Prompts at most this complex go to `economy`, 0...1.
  package var economyComplexity: Double
  /// Prompts at least this complex go to `premium`, 0...1.
  package var premiumComplexity: Double
  /// The remote tier between those two.
  package var defaultRemoteTier: Tier
  package var mode = RouteMode.escalate
  package var strategy = RouteStrategy.balanced
  /// For the strategy `utility`.
  package var weights = RouteWeights()
  /// Models of which more than one answer in twenty takes longer are asked later; nil where time does not matter.
  package var latencyBudgetMilliseconds: Int?
  /// Two tiers that are asked together and must agree; empty where one is enough.
  package var ensemble: [Tier] = []
  package var rules = RouteRules()

  package init(
    errorBudget: Double = 0.02, isErrorBudgetTyped: Bool = true, outOfScopeThreshold: Double = 0.5,
    economyComplexity: Double = 0.25, premiumComplexity: Double = 0.7, defaultRemoteTier: Tier = .standard
  ) {
    precondition(!defaultRemoteTier.isLocal, "the default remote tier is economy, standard or premium")
    self.errorBudget = ErrorBudget(share: errorBudget, isTyped: isErrorBudgetTyped)
    self.outOfScopeThreshold = outOfScopeThreshold
    self.economyComplexity = economyComplexity
    self.premiumComplexity = premiumComplexity
    self.defaultRemoteTier = defaultRemoteTier
  }

  /// The budget that holds for a request: what its acceptance is derived from.
  package func errorBudget(for facts: RouteFacts) -> ErrorBudget {
    ruling(for: facts).rule?.effect.errorBudget ?? errorBudget
  }

  package func plan(for facts: RouteFacts) -> RoutePlan {
    let terms = terms(for: facts)
    var plan: RoutePlan
    if facts.requestedModel != "auto" {
      plan = requestedPlan(for: facts, terms)
    } else if let tier = terms.tier, tier.isLocal {
      plan = namedLocalPlan(tier, for: facts, terms)
    } else {
      plan = weighedPlan(for: facts, terms)
    }
    plan.reasons.insert(contentsOf: terms.reasons, at: 0)
    return plan
  }

  func ruling(for facts: RouteFacts) -> RouteRuling {
    rules.ruling(for: facts, outOfScopeThreshold: outOfScopeThreshold)
  }

  /// The local answer where it is good enough, else remote models.
  private func weighedPlan(for facts: RouteFacts, _ terms: RouteTerms) -> RoutePlan {
    let remote = remoteChoice(for: facts, terms)
    if terms.permit != nil, terms.namesRemote { return remote.plan(terms) }
    let local = localChoice(for: facts, terms)
    switch local.band {
    case .accept:
      return remote.plan(terms, after: local.steps, band: .accept, reasons: local.reasons)
    case .acceptAndReview:
      let plan = remote.plan(terms, after: local.steps, band: .acceptAndReview, reasons: local.reasons)
      return terms.mode == .answerAndEscalate ? plan.withBackground(remote.steps) : plan
    case .escalate:
      let doubtful = local.isTrusted ? doubtfulSteps(for: facts) : []
      guard terms.mode == .answerAndEscalate, !doubtful.isEmpty, remote.hasSteps, terms.permit != nil else {
        return remote.plan(terms, band: .escalate, reasons: local.reasons + remote.reasons)
      }
      var plan = remote.plan(terms, after: doubtful, band: .escalate, reasons: local.reasons + remote.reasons)
      plan.isDoubtful = true
      return plan.withBackground(remote.steps)
    }
  }

  /// What is left to try on this host when no remote answers and a doubtful answer is better than none.
  package func doubtfulPlan(for facts: RouteFacts, after plan: RoutePlan) -> RoutePlan? {
    guard facts.needs.isEmpty else { return nil }
    var steps: [RoutePlan.Step] = []
    // An approved answer has no check of its own: where the prompt is not trusted to be what it looks like, it is not given.
    if let id = template(for: facts).id, obstacleToTrust(in: facts) == nil, facts.requestedModel == "auto" {
      steps.append(.template(id: id))
    }
    if let generator = facts.generator, !(generator.readsSingleTurns && facts.turns > 1) { steps.append(.generator) }
    steps.removeAll { plan.steps.contains($0) }
    return steps.isEmpty
      ? nil : RoutePlan(steps: steps, band: .escalate, reasons: plan.reasons, mayWait: false, permit: nil)
  }
}

/// What counts for one request once the rules have spoken.
struct RouteTerms {
  var permit: RemotePermit?
  var acceptance: Acceptance
  /// The learned chance that a local answer is good enough from which on the generator is asked. No labels move it: those
  /// that prove a threshold of confidence say nothing of prompts that were held back for this reason.
  var sufficientAt: Double
  var mode: RouteMode
  var strategy: RouteStrategy
  var latencyBudgetMilliseconds: Int?
  var ensemble: [Tier]
  /// Named by a rule.
  var tier: Tier?
  var model: String?
  /// What the rules did.
  var reasons: [RouteReason]

  /// Whether a rule sends it on, whatever the local answer is like.
  var namesRemote: Bool { model != nil || tier?.isLocal == false }
}

extension RoutePolicy {
  /// What a request names goes before the rules' tier and model; what keeps it on this host goes before both.
  private func terms(for facts: RouteFacts) -> RouteTerms {
    let ruling = ruling(for: facts)
    let effect = ruling.rule?.effect ?? RouteRule.Effect()
    let mode = effect.mode ?? mode
    let (permit, refusal) = RemotePermit.grant(ruling, mode: mode)
    var reasons: [RouteReason] = []
    if let rule = ruling.rule { reasons.append(.policy(.rule(name: rule.name, asks: rule.effect.text))) }
    if let refusal { reasons.append(.policy(refusal)) }
    return RouteTerms(
      permit: permit,
      acceptance: acceptance(effect, facts),
      sufficientAt: effect.threshold ?? Acceptance.withoutData(effect.errorBudget ?? errorBudget).answerAt, mode: mode,
      strategy: effect.strategy ?? strategy,
      latencyBudgetMilliseconds: effect.latencyBudgetMilliseconds ?? latencyBudgetMilliseconds,
      ensemble: effect.ensemble ?? ensemble, tier: effect.tier, model: effect.model, reasons: reasons)
  }
}

extension RoutePolicy {
  /// A rule's own threshold goes before what was derived, but not before what the monitor asks for: answers that it lets
  /// through are among those that the monitor looks at.
  private func acceptance(_ effect: RouteRule.Effect, _ facts: RouteFacts) -> Acceptance {
    guard let threshold = effect.threshold else { return facts.acceptance }
    let typed = Acceptance.typed(threshold)
    return facts.acceptance.origin == .monitor ? typed.raised(to: facts.acceptance.answerAt) : typed
  }
}

extension RouteRule.Effect {
  /// What it asks for, for a sentence.
  package var text: String {
    var parts: [String] = []
    if let tier { parts.append("tier \(tier.rawValue)") }
    if let model { parts.append("model \(model)") }
    if let mode { parts.append("mode \(mode.rawValue)") }
    if let strategy { parts.append("strategy \(strategy.rawValue)") }
    if let threshold { parts.append("confidence from \(threshold.decimals(3)) on") }
    if let errorBudget { parts.append("error budget \(errorBudget.share.decimals(3))") }
    if let budget = latencyBudgetMilliseconds { parts.append("latency budget \(budget) ms") }
    if let ensemble { parts.append("ensemble of \(ensemble.map(\.rawValue).joined(separator: " and "))") }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }
}
