package import WeirDomain
package import WeirProviders

/// Which remote model answers for which tier.
package struct RemoteRoutes: Sendable {
  package struct Route: Sendable {
    package var tier: Tier
    /// The model's name at the provider and in the price list.
    package var model: String
    package var answerer: any RemoteAnswerer

    package init(tier: Tier, model: String, answerer: any RemoteAnswerer) {
      precondition(!tier.isLocal, "a remote model serves economy, standard or premium")
      self.tier = tier
      self.model = model
      self.answerer = answerer
    }
  }

  private let routes: [Route]

  /// Routes of the same tier are asked in this order, until one answers.
  package init(_ routes: [Route] = []) {
    self.routes = routes
  }

  package var tiers: Set<Tier> { Set(routes.map(\.tier)) }

  package var models: [String: Tier] {
    Dictionary(routes.map { ($0.model, $0.tier) }, uniquingKeysWith: { first, _ in first })
  }

  package func routes(tier: Tier, model: String?) -> [Route] {
    routes.filter { $0.tier == tier && (model == nil || $0.model == model) }
  }
}
