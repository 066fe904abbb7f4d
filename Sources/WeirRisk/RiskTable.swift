/// Labelled rows with the confidence that was stated for each, from which thresholds follow.
///
/// The rows have to be like the requests that the thresholds are for (exchangeable with them), and nothing that made
/// the scores may have seen their labels: then, and only then, the promises hold as stated.
package struct RiskTable: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    /// Calibrated confidence, 0 to 1; only the order counts for a threshold.
    package var score: Float
    /// Whether the answer was right: never, for a prompt out of scope.
    package var isRight: Bool
    /// Index of the intent that was named.
    package var intent: Int
    package var isInScope: Bool

    package init(score: Float, isRight: Bool, intent: Int = 0, isInScope: Bool = true) {
      self.score = score
      self.isRight = isRight
      self.intent = intent
      self.isInScope = isInScope
    }
  }

  /// From the highest score down; of equal scores the wrong ones first.
  package let rows: [Row]

  /// Scores are finite.
  package init(_ rows: [Row]) {
    precondition(rows.allSatisfy(\.score.isFinite), "a risk table's scores are finite")
    self.rows = rows.sorted { left, right in
      if left.score != right.score { return left.score > right.score }
      if left.isRight != right.isRight { return right.isRight }
      if left.intent != right.intent { return left.intent < right.intent }
      return left.isInScope && !right.isInScope
    }
  }

  /// Rows that are in the order of a table already.
  package init(sorted rows: [Row]) {
    precondition(zip(rows, rows.dropFirst()).allSatisfy { $0.score >= $1.score }, "a risk table's scores fall")
    self.rows = rows
  }

  /// The rows of which `isIncluded` is true.
  package func filter(_ isIncluded: (Row) -> Bool) -> RiskTable { RiskTable(rows.filter(isIncluded)) }
}
