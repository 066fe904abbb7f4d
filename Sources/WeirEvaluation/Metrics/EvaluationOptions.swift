/// How figures are computed.
package struct EvaluationOptions: Sendable, Equatable {
  /// Share of in-scope rows that the gate may reject where out-of-scope recall is measured; above 0, below 1.
  package var rejection = 0.05
  /// Bins of the calibration errors.
  package var bins = 15
  /// Resamples of the intervals; 0 for none.
  package var resamples = 1000
  package var seed: UInt64 = 1
  /// Gives the out-of-scope rows together this share of the weight in figures over all rows, whatever their number is;
  /// above 0, below 1.
  package var outOfScopeShare: Double?
  /// Example ids kept for a confusion.
  package var idsOfConfusion = 5
  /// Threads that resample.
  package var jobs = 1

  package init() {}
}
