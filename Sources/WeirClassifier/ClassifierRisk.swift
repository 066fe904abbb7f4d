package import WeirRisk

/// Labelled predictions that come with a classifier: what its confidences were worth on held-out rows of its training.
package struct ClassifierRisk: Sendable, Equatable {
  /// Confidences by heads that were fitted without each row.
  package var table: RiskTable
  /// True where prompts out of scope are played by intents that a network never saw: then what is proved of them is
  /// proved of those.
  package var hasStandIns: Bool

  /// Most rows that a file may hold.
  package static let most = 1 << 16

  package init(table: RiskTable, hasStandIns: Bool) {
    self.table = table
    self.hasStandIns = hasStandIns
  }
}
