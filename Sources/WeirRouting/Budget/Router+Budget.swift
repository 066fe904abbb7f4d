internal import WeirCache
internal import WeirDomain
internal import WeirReview
internal import WeirStore

/// Steps 7 and 9, as far as the error budget is concerned: what a local answer needs, and which answers people look at.
extension Router {
  func acceptance(for facts: RouteFacts) -> Acceptance {
    let budget = parts.policy.errorBudget(for: facts)
    guard let keeper = parts.budget.keeper, let intent = facts.reading?.intent else { return .withoutData(budget) }
    return keeper.acceptance(tenant: facts.tenant, intent: intent, budget: budget)
  }

  /// The sample of an answer that was given, where it was drawn; every answer has a chance that is above 0 unless the
  /// operator wants no audits.
  func sample(
    of way: Passage, answer: String, tier: Tier, intent: String?, isCascaded: Bool
  ) -> ReviewSample? {
    guard let sampler = parts.sampler, way.background == nil,
      let choice = sampler.choose(way.band, isCascaded: isCascaded, draw: parts.clock.draw())
    else { return nil }
    return ReviewSample(
      id: parts.clock.makeID(), at: way.at, requestID: way.request.id, tenant: way.request.tenant,
      cause: choice.cause, probability: choice.probability, prompt: way.request.prompt, answer: answer, tier: tier,
      intent: intent, confidence: way.reading?.confidence, traceID: way.traceID, head: parts.budget.keeper?.head,
      threshold: way.threshold, budget: way.facts.map { parts.policy.errorBudget(for: $0).share },
      shadow: way.shadow.map { .init(policy: $0.name, tier: $0.shadow) })
  }
}

extension Passage {
  /// The confidence that decided between a local answer and another; nil where something else did.
  var threshold: Double? {
    for reason in reasons {
      switch reason {
      case .confident(_, let acceptance), .belowThreshold(_, let acceptance): return acceptance.answerAt
      default: continue
      }
    }
    return nil
  }
}

extension RoutePolicy {
  /// All budgets that a request may be decided under.
  package var errorBudgets: [ErrorBudget] {
    rules.rules.compactMap(\.effect.errorBudget).reduce(into: [errorBudget]) { all, budget in
      if !all.contains(budget) { all.append(budget) }
    }
  }
}

extension Router {
  /// What the monitor has to say and has not said yet: sentences.
  package func takeBudgetNotices() -> [String] { parts.budget.keeper?.takeNotices() ?? [] }

  /// Ends what goes on beside the answers.
  package func finishBudget() { parts.budget.keeper?.finish() }
}
