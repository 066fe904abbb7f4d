internal import WeirDomain
package import WeirRisk

/// How far stated confidences are from what was found, with an interval by resampling.
package struct CalibrationError: Sendable, Equatable {
  package var bins: ReliabilityBins
  /// Expected calibration error; nil with fewer than `RouterMetrics.leastLabels` rows.
  package var value: Double?
  /// Between these lie `1 - delta` of the errors of resampled rows (Efron's percentile bootstrap, weighted). Chance alone
  /// makes an error above 0 with few rows: the lower end is no proof of miscalibration.
  package var low: Double
  package var high: Double

  private static let resamples = 200

  package init(_ rows: [BudgetEvidence.Row], delta: Double) {
    bins = ReliabilityBins()
    for row in rows { bins.add(confidence: row.confidence, isRight: row.isRight, probability: row.probability) }
    guard rows.count >= RouterMetrics.leastLabels else {
      (value, low, high) = (nil, 0, 1)
      return
    }
    value = bins.error
    var random = SplitMix64(seed: 0x5745_4952)
    // A bound on the work: some thousand rows give the interval as well as all of them do.
    let used = rows.suffix(5_000)
    let errors = (0..<Self.resamples).compactMap { _ -> Double? in
      var resampled = ReliabilityBins()
      for _ in used.indices {
        guard let row = used.randomElement(using: &random) else { continue }
        resampled.add(confidence: row.confidence, isRight: row.isRight, probability: row.probability)
      }
      return resampled.error
    }.sorted()
    let tail = Int(Double(errors.count) * delta / 2)
    low = errors.isEmpty ? 0 : errors[tail]
    high = errors.isEmpty ? 1 : errors[errors.count - 1 - tail]
  }
}
