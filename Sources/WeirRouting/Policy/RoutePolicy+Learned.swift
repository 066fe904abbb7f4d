internal import WeirDomain

/// What learned chances say about remote tiers.
extension RoutePolicy {
  /// How many more answers of a hundred, as a share, must be good enough from a tier that costs as much as the dearest
  /// than from one that costs nothing.
  static let worthOfMoney = 0.1

  /// The tier of `options` that is worth most: the chance that its answer is good enough, less `worthOfMoney` times its
  /// cheapest model's share of the dearest tier's cost. Of equals the simplest.
  ///
  /// Nil where fewer than two tiers can be asked, or one of them has no chance that was learned.
  func learnedTier(for facts: RouteFacts, among options: [RemoteOption]) -> Tier? {
    let written = facts.maxTokens ?? Self.usualTokens
    var costs: [Tier: Double] = [:]
    for option in options {
      let cost = Double(option.cost(read: facts.remoteTokens, written: written).picodollars)
      costs[option.tier] = min(costs[option.tier] ?? cost, cost)
    }
    guard costs.count > 1, let dearest = costs.values.max() else { return nil }
    var best: (tier: Tier, worth: Double)?
    for tier in costs.keys.sorted(by: { $0.ability < $1.ability }) {
      guard let chance = facts.remoteSufficiency[tier], chance.isFinite else { return nil }
      let worth = chance - Self.worthOfMoney * (dearest > 0 ? (costs[tier] ?? 0) / dearest : 0)
      if worth > best?.worth ?? -.infinity { best = (tier, worth) }
    }
    return best?.tier
  }

  /// How good a tier is taken to be for the request, 0...1: as learned, else by complexity.
  static func quality(of tier: Tier, _ facts: RouteFacts) -> Double {
    if let chance = facts.remoteSufficiency[tier], chance.isFinite { return chance }
    return quality(of: tier, complexity: facts.complexity)
  }
}
