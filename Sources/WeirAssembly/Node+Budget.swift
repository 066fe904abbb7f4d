package import WeirConfiguration
internal import WeirClassifier
internal import WeirDomain
internal import WeirFiles
internal import WeirModelFiles
package import WeirRouting

extension BudgetKeeper {
  /// The keeper of a node whose classifier has this digest; `extra` budgets are those of a shadow.
  convenience init(
    _ configuration: Configuration, policy: RoutePolicy, extra: [ErrorBudget] = [], intents: GGUFFile
  ) throws(ClassifierFailure) {
    self.init(
      head: intents.fingerprint, models: try ClassifierRisk.table(in: intents), budgets: policy.errorBudgets,
      shadowBudgets: extra,
      settings: Settings(
        delta: 1 - configuration.budget.confidence, leastProbability: configuration.routing.auditProbability,
        rederiveMilliseconds: Int64(configuration.budget.rederiveSeconds) * 1000))
  }
}

extension BudgetOperation {
  /// All that runs beside the answers. `environment` is what the shadow's file may look things up in, but no setting of it.
  init(
    _ configuration: Configuration, policy: RoutePolicy, intents: GGUFFile, environment: [String: String]
  ) throws {
    let shadow = try ShadowPolicy(configuration, environment: environment)
    let budget = configuration.budget
    self.init(
      keeper: try BudgetKeeper(
        configuration, policy: policy, extra: shadow?.policy.errorBudgets ?? [], intents: intents),
      background: Background(
        limits: .init(
          perMinute: budget.backgroundPerMinute,
          costPerDay: Money(picodollars: Int64((budget.backgroundCostPerDay * 1e12).rounded()))),
        compares: budget.compare && configuration.review.enabled),
      shadow: shadow)
  }
}

extension ShadowPolicy {
  /// The policy of `budget.shadow`; nil without one. Variables that set this node's own settings do not count for it.
  init?(_ configuration: Configuration, environment: [String: String]) throws {
    guard let path = configuration.budget.shadow else { return nil }
    let other = try Configuration.load(
      path: path, environment: environment.filter { !$0.key.hasPrefix("WEIR_") })
    let digest = SHA256Digest(of: try ByteRegion(path: path).array).hex.prefix(12)
    self.init(name: String(digest), policy: try RoutePolicy(other.routing))
  }
}

extension Node {
  /// What the budget is kept with, alone, for commands that only look.
  package static func budgetOperation(
    _ configuration: Configuration, environment: [String: String]
  ) throws -> BudgetOperation {
    try BudgetOperation(
      configuration, policy: try RoutePolicy(configuration.routing),
      intents: try ModelBundle(configuration).intents.open(),
      environment: environment)
  }

  /// What the monitor has to say and has not said yet: sentences.
  package func takeBudgetNotices() -> [String] { router.takeBudgetNotices() }
}
