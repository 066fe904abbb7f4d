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
  /// The laxest threshold for which the promise is proved; nil where no threshold is, or the rows are too few.
  ///
  /// Learn then Test (Angelopoulos et al., 2021) with a fixed sequence: thresholds are tested from strict to lax, each
  /// at the whole `delta`, up to the first that is not proved. The first one tested is fixed by the number of rows alone.
  package func threshold(_ promise: ErrorPromise) -> CertifiedThreshold? {
    guard let start = start(promise) else { return nil }
    var (accepted, wrong) = (0, 0)
    var found: (accepted: Int, wrong: Int)?
    var place = 0
    while place < rows.count {
      let score = rows[place].score
      while place < rows.count, rows[place].score == score {
        accepted += 1
        if !rows[place].isRight { wrong += 1 }
        place += 1
      }
      guard accepted >= start else { continue }
      guard promise.holds(wrong: wrong, accepted: accepted, rows: rows.count) else { break }
      found = (accepted, wrong)
    }
    return found.map { certified(accepted: $0.accepted, wrong: $0.wrong, promise) }
  }

  /// Shorthand for a promise in the long run, or over a horizon of requests.
  package func threshold(budget: Double, delta: Double = 0.1, horizon: Int? = nil) -> CertifiedThreshold? {
    threshold(ErrorPromise(budget: budget, delta: delta, horizon: horizon))
  }

  /// The number of accepted rows with which testing begins: as many as prove the promise with three wrong ones among them,
  /// so that chance among the few best rows does not end the test at once; fewer where that is more than a quarter of
  /// the rows. Known before any label is looked at.
  func start(_ promise: ErrorPromise) -> Int? {
    for wrong in [3, 2, 1] {
      if let fewest = promise.fewest(wrong: wrong, rows: rows.count), fewest <= rows.count / 4 { return fewest }
    }
    return promise.fewest(wrong: 0, rows: rows.count)
  }

  private func certified(accepted: Int, wrong: Int, _ promise: ErrorPromise) -> CertifiedThreshold {
    CertifiedThreshold(
      threshold: Double(rows[accepted - 1].score), coverage: Double(accepted) / Double(rows.count), rows: rows.count,
      accepted: accepted, wrong: wrong,
      bound: BinomialBound.upper(wrong: wrong, of: accepted, risk: promise.delta))
  }
}
