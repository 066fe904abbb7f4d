package import WeirConfiguration
internal import WeirModelFiles
package import WeirRouting

extension BudgetKeeper {
  /// The keeper of a node whose classifier has this digest; `extra` budgets are those of a shadow.
  convenience init(
    _ configuration: Configuration, policy: RoutePolicy, extra: [ErrorBudget] = [], intents: GGUFFile
  ) {
    self.init(
      head: intents.fingerprint, models: nil, budgets: policy.errorBudgets + extra,
      settings: Settings(
        delta: 1 - configuration.budget.confidence, leastProbability: configuration.routing.auditProbability,
        rederiveMilliseconds: Int64(configuration.budget.rederiveSeconds) * 1000))
  }
}

extension Node {
  /// The keeper alone, for commands that only look.
  package static func budgetKeeper(_ configuration: Configuration) throws -> BudgetKeeper {
    BudgetKeeper(
      configuration, policy: RoutePolicy(configuration.routing), intents: try ModelBundle(configuration).intents.open())
  }

  /// What the monitor has to say and has not said yet: sentences.
  package func takeBudgetNotices() -> [String] { router.takeBudgetNotices() }
}
