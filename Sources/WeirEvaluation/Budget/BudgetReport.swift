internal import WeirDomain
package import WeirRisk

/// What the rows prove about error budgets: thresholds with their coverage and bounds, and how promises fared on halves
/// that they were not made from.
package struct BudgetReport: Sendable, Equatable {
  package struct Line: Sendable, Equatable {
    package let budget: Double
    /// For the answers among as many requests again as there are rows; nil where the rows prove no threshold.
    package let next: CertifiedThreshold?
    /// For the share in the long run.
    package let longRun: CertifiedThreshold?
    package let splits: BudgetSplits?
  }

  /// One place of the risk-coverage curve with exact bounds of its risk, each at the options' delta.
  package struct Point: Sendable, Equatable {
    package let coverage: Double
    package let risk: Double
    package let low: Double
    package let high: Double
  }

  package let options: BudgetOptions
  package let rows: Int
  package let lines: [Line]
  /// At most about 200 places, from the most confident row on.
  package let curve: [Point]

  package init(_ examples: [JudgedExample], options: BudgetOptions) {
    self.options = options
    rows = examples.count
    let table = RiskTable(
      examples.map {
        RiskTable.Row(
          score: Float($0.confidence), isRight: $0.isRight, intent: $0.predicted, isInScope: $0.expected != nil)
      })
    lines = options.budgets.map { budget in
      let next = ErrorPromise(budget: budget, delta: options.delta, horizon: max(examples.count, 1))
      return Line(
        budget: budget, next: table.threshold(next),
        longRun: table.threshold(ErrorPromise(budget: budget, delta: options.delta)),
        splits: options.splits > 0 ? BudgetSplits(table, budget: budget, options: options) : nil)
    }
    curve = Self.curve(table, delta: options.delta)
  }

  private static func curve(_ table: RiskTable, delta: Double) -> [Point] {
    var (points, wrong): ([Point], Int) = ([], 0)
    let step = max(table.rows.count / 200, 1)
    for (place, row) in table.rows.enumerated() {
      if !row.isRight { wrong += 1 }
      let taken = place + 1
      let isTied = taken < table.rows.count && table.rows[taken].score == row.score
      let isDue = Double(taken) >= Double(step) + (points.last?.coverage ?? 0) * Double(table.rows.count)
      guard !isTied, isDue || taken == table.rows.count else { continue }
      points.append(
        Point(
          coverage: Double(taken) / Double(table.rows.count), risk: Double(wrong) / Double(taken),
          low: BinomialBound.lower(wrong: wrong, of: taken, risk: delta),
          high: BinomialBound.upper(wrong: wrong, of: taken, risk: delta)))
    }
    return points
  }
}
