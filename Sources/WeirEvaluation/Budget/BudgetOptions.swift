/// For which error budgets thresholds are derived, and how they are put to the test.
package struct BudgetOptions: Sendable, Equatable {
  /// Shares of wrong answers among those given, each above 0 and below 1.
  package var budgets = [0.01, 0.02, 0.05]
  /// Chance that a promise is broken, above 0 and below 1.
  package var delta = 0.1
  /// Random halves in which thresholds are derived from one half and counted on the other; 0 for none.
  package var splits = 0
  package var seed: UInt64 = 1

  package init() {}
}
