internal import WeirDomain

/// A policy that decides every prompt without acting, to be compared with the one that acts.
package struct ShadowPolicy: Sendable {
  /// Tells shadows apart: the digest of the file that it was read from.
  package var name: String
  package var policy: RoutePolicy

  package init(name: String, policy: RoutePolicy) {
    self.name = name
    self.policy = policy
  }
}

/// What the two policies made of one prompt.
struct ShadowCase: Sendable, Hashable {
  /// The shadow's.
  var name: String
  /// Who answers first under the acting policy; nil for nobody.
  var acting: Tier?
  /// And under the shadow.
  var shadow: Tier?
  /// What those answers are expected to cost; nil where a price is not known.
  var actingCost: Money?
  var shadowCost: Money?
}

extension Router {
  /// The shadow's decision from the same facts; nil without a shadow.
  func shadowed(_ facts: RouteFacts, _ plan: RoutePlan, _ way: Passage) -> ShadowCase? {
    guard let shadow = parts.budget.shadow, way.background == nil, facts.requestedModel == "auto" else { return nil }
    var facts = facts
    facts.fittingTexts = shadow.policy.rules.fitting(way.request, entities: way.values.entities)
    let budget = shadow.policy.errorBudget(for: facts)
    facts.acceptance = .withoutData(budget)
    if let keeper = parts.budget.keeper, let intent = facts.reading?.intent {
      facts.acceptance = keeper.acceptance(tenant: facts.tenant, intent: intent, budget: budget)
    }
    let other = shadow.policy.plan(for: facts)
    return ShadowCase(
      name: shadow.name, acting: plan.firstTier, shadow: other.firstTier, actingCost: plan.expectedCost(facts),
      shadowCost: other.expectedCost(facts))
  }
}

extension RoutePlan {
  /// Who is asked first; of two that must agree the abler one.
  var firstTier: Tier? {
    switch steps.first {
    case nil: nil
    case .template: .template
    case .generator: .generator
    case .remote(let tier, _): tier
    case .ensemble(let first, let second): first.tier.ability >= second.tier.ability ? first.tier : second.tier
    }
  }

  /// What the first step is expected to cost; nil where a price is not known.
  func expectedCost(_ facts: RouteFacts) -> Money? {
    let asked: [(Tier, String?)] =
      switch steps.first {
      case nil, .template, .generator: []
      case .remote(let tier, let model): [(tier, model)]
      case .ensemble(let first, let second):
        [first, second].compactMap { member in
          if case .remote(let tier, let model) = member { (tier, model) } else { nil }
        }
      }
    var sum = Money.zero
    for (tier, model) in asked {
      let option = facts.remotes.first { $0.tier == tier && (model == nil || $0.model == model) }
      guard let option, option.rate != nil else { return nil }
      sum += option.cost(read: facts.remoteTokens, written: facts.maxTokens ?? RoutePolicy.usualTokens)
    }
    return sum
  }
}

extension RoutePlan.Member {
  fileprivate var tier: Tier {
    switch self {
    case .generator: .generator
    case .remote(let tier, _): tier
    }
  }
}
