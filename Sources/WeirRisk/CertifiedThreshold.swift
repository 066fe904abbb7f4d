/// A threshold with what it was derived from.
package struct CertifiedThreshold: Sendable, Equatable {
  /// Answers with at least this confidence are given.
  package let threshold: Double
  /// Share of the labelled rows that are answered.
  package let coverage: Double
  /// Labelled rows behind it.
  package let rows: Int
  /// Those of them that are answered, and how many of these are wrong.
  package let accepted: Int
  package let wrong: Int
  /// Exact upper bound of the long-run share of wrong answers among those given, at the promise's confidence.
  package let bound: Double

  package var wrongShare: Double { accepted > 0 ? Double(wrong) / Double(accepted) : 0 }
}

extension RiskTable {
  /// The laxest threshold for which the promise is proved; nil where it is for none, or the rows are too few.
  package func threshold(_ promise: ErrorPromise) -> CertifiedThreshold? {
    threshold(ThresholdTest(promise, rows: rows.count))
  }

  /// Shorthand for a promise in the long run, or over a horizon of requests.
  package func threshold(budget: Double, delta: Double = 0.1, horizon: Int? = nil) -> CertifiedThreshold? {
    threshold(ErrorPromise(budget: budget, delta: delta, horizon: horizon))
  }

  /// The same with tests made before, for who asks many tables of one size.
  package func threshold(_ test: ThresholdTest) -> CertifiedThreshold? {
    guard let (accepted, wrong) = test.laxest(in: self) else { return nil }
    return CertifiedThreshold(
      threshold: Double(rows[accepted - 1].score), coverage: Double(accepted) / Double(rows.count), rows: rows.count,
      accepted: accepted, wrong: wrong,
      bound: BinomialBound.upper(wrong: wrong, of: accepted, risk: test.promise.delta))
  }
}
