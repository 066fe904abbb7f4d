/// What the request's way has of the error budget in operation; nothing of it is needed to answer.
package struct BudgetOperation: Sendable {
  /// Nil: thresholds are what they are without labels.
  package var keeper: BudgetKeeper?

  package init(keeper: BudgetKeeper? = nil) {
    self.keeper = keeper
  }
}
