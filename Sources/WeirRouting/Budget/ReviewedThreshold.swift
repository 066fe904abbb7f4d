internal import WeirRisk

/// A threshold that reviewed answers prove, with what it was derived from.
package struct ReviewedThreshold: Sendable, Equatable {
  /// Answers with at least this confidence are given.
  package var threshold: Double
  /// Rows that it was derived from.
  package var rows: Int
  /// Upper bound of the share of wrong answers among those given, at the promise's confidence.
  package var bound: Double
  /// Share of the requests like these that reach it.
  package var coverage: Double

  /// The laxest threshold for which at most `share` of the answers given are wrong, at a confidence of `1 - delta`; nil
  /// where nothing is proved.
  ///
  /// Rows that were kept more often than others are thinned out to the least probability, by a draw that came with each
  /// and knows nothing of its label: what is left is a plain random sample, for which the exact tests hold. Little is
  /// lost by it, for what is not known of the rarest kept weighs more than all else (weighing by inverse probabilities
  /// and betting took three times as many labels).
  package init?(_ rows: [BudgetEvidence.Row], share: Double, delta: Double) {
    let least = rows.reduce(1) { min($0, $1.probability) }
    let plain = rows.filter { $0.draw < least / $0.probability }
    let table = RiskTable(plain.map { RiskTable.Row(score: Float($0.confidence), isRight: $0.isRight) })
    guard let found = table.threshold(budget: share, delta: delta) else { return nil }
    // A confidence is a `Float`'s value where it comes from the classifier; another one is not rounded up either.
    threshold = plain.lazy.filter { Double(Float($0.confidence)) >= found.threshold }.map(\.confidence).min() ?? 1
    self.rows = found.rows
    (bound, coverage) = (found.bound, found.coverage)
  }
}
