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

  /// Each tier and model once, in the order of the routes, with nothing known of them yet.
  package var options: [RemoteOption] {
    var options: [RemoteOption] = []
    for route in routes where !options.contains(where: { $0.tier == route.tier && $0.model == route.model }) {
      options.append(RemoteOption(tier: route.tier, model: route.model))
    }
    return options
  }

  /// Up where any route of the tier and model may be asked now.
  package func state(of option: RemoteOption) -> RemoteOption.State {
    let isUp = routes.contains {
      $0.tier == option.tier && $0.model == option.model && $0.answerer.isReachable
    }
    return isUp ? .up : .down
  }

  /// Who answers, in the order in which they are asked: handed out to nobody whose request must stay on this host.
  package func routes(tier: Tier, model: String?, permit: RemotePermit) -> [Route] {
    routes.filter { $0.tier == tier && (model == nil || $0.model == model) }
  }
}
