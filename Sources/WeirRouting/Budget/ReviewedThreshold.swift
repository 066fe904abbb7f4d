internal import Glibc
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
    self.init(plain: Self.plain(rows), share: share, delta: delta)
  }

  private init?(plain: [BudgetEvidence.Row], share: Double, delta: Double) {
    let table = RiskTable(plain.map { RiskTable.Row(score: Float($0.confidence), isRight: $0.isRight) })
    guard let found = table.threshold(budget: share, delta: delta) else { return nil }
    // A confidence is a `Float`'s value where it comes from the classifier; another one is not rounded up either.
    threshold = plain.lazy.filter { Double(Float($0.confidence)) >= found.threshold }.map(\.confidence).min() ?? 1
    self.rows = found.rows
    (bound, coverage) = (found.bound, found.coverage)
  }

  /// The same for who looks again and again and acts on the first proof, as it is with an alarm's end.
  ///
  /// There are looks at as many rows as just prove the promise where none is wrong, then at twice as many each time, and
  /// the k-th spends `delta / (k (k + 1))`: no more than `delta` however often somebody asks. Rows after the latest look
  /// wait for the next one.
  init?(spending delta: Double, _ rows: [BudgetEvidence.Row], share: Double) {
    let plain = Self.plain(rows)
    var (look, count) = (1, Self.fewest(share: share, delta: delta / 2))
    guard plain.count >= count else { return nil }
    while plain.count >= 2 * count { (look, count) = (look + 1, 2 * count) }
    self.init(plain: Array(plain.prefix(count)), share: share, delta: delta / Double(look * (look + 1)))
  }

  /// As many rows prove the promise if none of them is wrong.
  private static func fewest(share: Double, delta: Double) -> Int {
    Int((log(delta) / log1p(-share)).rounded(.up))
  }

  /// Rows that were kept more often than others are thinned out to the least probability.
  private static func plain(_ rows: [BudgetEvidence.Row]) -> [BudgetEvidence.Row] {
    let least = rows.reduce(1) { min($0, $1.probability) }
    return rows.filter { $0.draw < least / $0.probability }
  }

  /// `threshold` where the labels do not show that more than `share` of the answers from it on are wrong; else the one
  /// of half of these rows, of a quarter, and so on, that they do not show it of.
  ///
  /// Tests by betting: they may be asked after each label, and each refutes what is true with a chance of `delta`.
  static func unrefuted(
    _ threshold: Double, by rows: [BudgetEvidence.Row], share: Double, delta: Double
  ) -> Double {
    var reached = plain(rows).filter { $0.confidence >= threshold }
    var threshold = threshold
    while reached.count > 1 {
      var monitor = BudgetMonitor(budget: share, alpha: delta, leastProbability: 1)
      for row in reached { monitor.observe(isWrong: !row.isRight) }
      guard monitor.isBroken else { return threshold }
      let median = reached.map(\.confidence).sorted()[reached.count / 2]
      let fewer = reached.filter { $0.confidence >= median }
      // Where all are equally sure there is nothing to tell them apart by.
      guard fewer.count < reached.count else { return .infinity }
      (reached, threshold) = (fewer, median)
    }
    return threshold
  }
}
