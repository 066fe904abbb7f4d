internal import Glibc

/// What is known of a local answer once it is written.
package struct AnswerEvidence: Sendable, Equatable {
  /// Calibrated confidence before the answer, 0 to 1.
  package var confidence: Double
  /// Acceptance that the probe over hidden states gives, 0 to 1; nil where none looked.
  package var probe: Double?
  /// Mean natural logarithm of the tokens' probabilities, at most 0; nil where no token was generated.
  package var meanLogProbability: Double?

  package init(confidence: Double, probe: Double? = nil, meanLogProbability: Double? = nil) {
    self.confidence = confidence
    self.probe = probe
    self.meanLogProbability = meanLogProbability
  }

  /// The chance that the answer is acceptable where no labels say how the parts belong together.
  ///
  /// The intent must be right and the text must be acceptable. Whatever the two have to do with each other, both hold
  /// with at least a + b - 1 (Frechet, 1935); the likelihood alone is calibrated to nothing and is left out.
  package var leastProbability: Double {
    guard let probe else { return Self.share(confidence) }
    return max(0, Self.share(confidence) + Self.share(probe) - 1)
  }

  /// Log-odds of confidence and probe, within -9.2 to 9.2, and the likelihood, within -20 to 0; 0 for what is missing,
  /// with a mark of its own for that.
  var features: [Double] {
    [
      Self.logOdds(confidence), probe.map(Self.logOdds) ?? 0, probe == nil ? 1 : 0,
      meanLogProbability.map { $0.isNaN ? -20 : min(max($0, -20), 0) } ?? 0, meanLogProbability == nil ? 1 : 0,
    ]
  }

  private static func share(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, 0), 1) }

  private static func logOdds(_ value: Double) -> Double {
    let kept = min(max(share(value), 1e-4), 1 - 1e-4)
    return log(kept / (1 - kept))
  }
}
