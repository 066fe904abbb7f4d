internal import WeirCache
internal import WeirClassifier
internal import WeirConfiguration
internal import WeirDomain
internal import WeirEntities
internal import WeirRouting

extension RouteRule {
  /// A rule of the file; throws where it names a kind of value that there is not.
  init(_ rule: Configuration.RouteRule) throws(StartFailure) {
    self.init(name: rule.name, staysLocal: rule.staysLocal)
    condition.keywords = rule.keywords
    condition.pattern = rule.match.flatMap { TextPattern($0) }
    for name in rule.entities {
      guard let kind = EntityKind(rawValue: name) else {
        let names = EntityKind.allCases.map(\.rawValue)
        let nearest = Spelling.nearest(to: name, among: names).map { "did you mean \($0)?" }
        throw .badRule(
          place: rule.origin.place, rule: rule.name,
          problem: "there is no kind of value \"\(name.prefix(64))\": "
            + (nearest ?? "there are \(names.joined(separator: ", "))"))
      }
      condition.entities.insert(kind)
    }
    (condition.intents, condition.tenants) = (Set(rule.intents), Set(rule.tenants))
    condition.features = Set(rule.features)
    condition.complexity = rule.complexity
    (effect.tier, effect.model) = (rule.tier, rule.model)
    effect.mode = rule.mode.map { RouteMode(named: $0) }
    effect.strategy = rule.strategy.map { RouteStrategy(named: $0) }
    effect.threshold = rule.threshold
    effect.errorBudget = rule.errorBudget.map { ErrorBudget(share: $0, isTyped: true) }
    effect.latencyBudgetMilliseconds = rule.latencyBudgetMilliseconds
    effect.ensemble = rule.ensemble.isEmpty ? nil : rule.ensemble
  }
}

extension RouteMode {
  init(named name: String) {
    guard let mode = RouteMode(rawValue: name) else {
      preconditionFailure("the choices of the schema are the cases of their type")
    }
    self = mode
  }
}

extension RouteStrategy {
  init(named name: String) {
    guard let strategy = RouteStrategy(rawValue: name) else {
      preconditionFailure("the choices of the schema are the cases of their type")
    }
    self = strategy
  }
}

extension ComplexitySettings {
  init(_ complexity: Configuration.Complexity) {
    self.init(
      weights: Complexity.Weights(
        length: complexity.length, reasoning: complexity.reasoning, domain: complexity.domain,
        context: complexity.context, output: complexity.output),
      terms: complexity.domainTerms)
  }
}

extension RoutePolicy {
  /// The policy of a configuration, with each of its rules able to do what it says; throws for the first that is not.
  static func assembled(
    _ routing: Configuration.Routing, intents: Set<String>, options: [RemoteOption]
  ) throws(StartFailure) -> RoutePolicy {
    let policy = try RoutePolicy(routing)
    if let problem = policy.rules.problems(intents: intents, options: options).first {
      let place = routing.rules.first { $0.name == problem.rule }?.origin.place ?? "[[routing.rules]]"
      throw .badRule(place: place, rule: problem.rule, problem: problem.text)
    }
    for tier in policy.ensemble where !tier.isLocal && !options.contains(where: { $0.tier == tier }) {
      throw .badEnsemble(tier: tier)
    }
    return policy
  }
}
