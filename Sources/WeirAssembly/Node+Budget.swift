internal import WeirConfiguration
internal import WeirRisk
internal import WeirRouting

extension BudgetKeeper {
  /// The keeper of a node whose classifier has this digest.
  convenience init(_ configuration: Configuration, policy: RoutePolicy, head: String, models: RiskTable?) {
    self.init(
      head: head, models: models, budgets: policy.errorBudgets,
      settings: Settings(
        delta: 1 - configuration.budget.confidence, leastProbability: configuration.routing.auditProbability,
        rederiveMilliseconds: Int64(configuration.budget.rederiveSeconds) * 1000))
  }
}
