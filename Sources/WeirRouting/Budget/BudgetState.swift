package import WeirDomain

/// What the monitor did to one scope; kept in the database.
package struct BudgetState: Sendable, Hashable {
  package var scope: BudgetScope
  /// 0 while the budget is kept; each alarm adds one, and from `closed` on nothing is answered locally.
  package var level: Int
  /// The confidence that is asked at least while the level is above 0; infinite where nothing is answered locally.
  package var raisedTo: Double
  /// Reviewed answers of before are no evidence any more: neither for the monitor nor for a threshold.
  package var since: Timestamp

  package static let closed = 3

  package init(scope: BudgetScope, level: Int = 0, raisedTo: Double = 0, since: Timestamp) {
    self.scope = scope
    self.level = level
    self.raisedTo = raisedTo
    self.since = since
  }
}
