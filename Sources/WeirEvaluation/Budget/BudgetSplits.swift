internal import WeirDomain
internal import WeirRisk

/// How a promise fares on random halves: the threshold comes from one half and is counted on the other.
///
/// The promise is over as many requests as the other half has. Whatever the rows are, the halves are exchangeable, so
/// that it may be broken in a share of `delta` of all splits.
package struct BudgetSplits: Sendable, Equatable {
  package let count: Int
  /// Splits in which more than the budget of the other half's answers were wrong.
  package let broken: Int
  /// The same, had the threshold been derived for the long run.
  package let brokenLongRun: Int
  /// Splits whose half proved no threshold: there nothing is answered.
  package let unproved: Int
  /// Share of the other half that was answered: mean, and the middle 90 % of the splits.
  package let coverage: Double
  package let coverageRange: ClosedRange<Double>
  /// Mean coverage for the long run.
  package let coverageLongRun: Double
  /// Mean share of wrong ones among the other half's answers, over splits that answered something.
  package let risk: Double
  /// Mean calibration error of the other half, by the confidences as they are and by an isotonic curve of the first one.
  package let calibrationError: Double
  package let recalibratedError: Double

  init(_ table: RiskTable, budget: Double, options: BudgetOptions) {
    let half = table.rows.count / 2
    let promises = [
      ErrorPromise(budget: budget, delta: options.delta, horizon: max(table.rows.count - half, 1)),
      ErrorPromise(budget: budget, delta: options.delta),
    ]
    let tests = promises.map { ThresholdTest($0, rows: half) }
    var random = SplitMix64(seed: options.seed)
    var outcomes = [[Outcome]](repeating: [], count: 2)
    var errors = (asIs: 0.0, recalibrated: 0.0)
    for _ in 0..<options.splits {
      var isCalibrating = [Bool](repeating: false, count: table.rows.count)
      for row in Array(table.rows.indices).shuffled(using: &random).prefix(half) { isCalibrating[row] = true }
      let calibration = RiskTable(sorted: table.rows.indices.filter { isCalibrating[$0] }.map { table.rows[$0] })
      let (asIs, recalibrated) = Self.errors(table, isCalibrating, calibration)
      errors.asIs += asIs
      errors.recalibrated += recalibrated
      for (index, test) in tests.enumerated() {
        let found = calibration.threshold(test)
        outcomes[index].append(Outcome(table, isCalibrating, at: found?.threshold, budget: budget))
      }
    }
    count = options.splits
    broken = outcomes[0].count { $0.isBroken }
    brokenLongRun = outcomes[1].count { $0.isBroken }
    unproved = outcomes[0].count { !$0.isProved }
    let coverages = outcomes[0].map(\.coverage).sorted()
    coverage = coverages.reduce(0, +) / Double(max(count, 1))
    coverageRange =
      coverages.isEmpty ? 0...0 : Interval.quantile(0.05, of: coverages)...Interval.quantile(0.95, of: coverages)
    coverageLongRun = outcomes[1].reduce(0) { $0 + $1.coverage } / Double(max(count, 1))
    let answering = outcomes[0].filter { $0.coverage > 0 }
    risk = answering.reduce(0) { $0 + $1.risk } / Double(max(answering.count, 1))
    calibrationError = errors.asIs / Double(max(count, 1))
    recalibratedError = errors.recalibrated / Double(max(count, 1))
  }

  /// The calibration errors of the rows that are not calibrated on; 0 where there are none.
  private static func errors(
    _ table: RiskTable, _ isCalibrating: [Bool], _ calibration: RiskTable
  ) -> (asIs: Double, recalibrated: Double) {
    let curve =
      calibration.rows.isEmpty
      ? nil
      : IsotonicCurve(
        scores: calibration.rows.map { Double($0.score) }, right: calibration.rows.map(\.isRight),
        weights: calibration.rows.map { _ in 1 })
    var bins = (asIs: ReliabilityBins(), recalibrated: ReliabilityBins())
    for (row, isCalibrating) in zip(table.rows, isCalibrating) where !isCalibrating {
      let score = Double(row.score)
      bins.asIs.add(confidence: score, isRight: row.isRight)
      bins.recalibrated.add(confidence: curve?.value(at: score) ?? score, isRight: row.isRight)
    }
    return (bins.asIs.error ?? 0, bins.recalibrated.error ?? 0)
  }

  /// What came of one threshold on the other half.
  private struct Outcome {
    var isProved: Bool
    var coverage = 0.0
    var risk = 0.0
    var isBroken = false

    init(_ table: RiskTable, _ isCalibrating: [Bool], at threshold: Double?, budget: Double) {
      isProved = threshold != nil
      guard let threshold else { return }
      var (rows, answered, wrong) = (0, 0, 0)
      for (row, isCalibrating) in zip(table.rows, isCalibrating) where !isCalibrating {
        rows += 1
        guard Double(row.score) >= threshold else { continue }
        answered += 1
        if !row.isRight { wrong += 1 }
      }
      guard answered > 0 else { return }
      coverage = Double(answered) / Double(rows)
      risk = Double(wrong) / Double(answered)
      isBroken = Double(wrong) > budget * Double(answered)
    }
  }
}
