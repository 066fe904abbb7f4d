/// The two logistic regressions over the features of a classification's features, and the isotonic curve behind the first.
package struct ConfidenceHeads: Sendable {
  /// w · z + b over standardized features.
  package struct Head: Sendable {
    package var weights: [Float]
    package var bias: Float

    package init(weights: [Float], bias: Float) {
      self.weights = weights
      self.bias = bias
    }
  }

  /// What `mean`, `scale` and the weights belong to, in their order.
  package var features: [ConfidenceFeature]
  package var mean: [Float]
  /// Above 0.
  package var scale: [Float]
  package var confidence: Head
  package var gate: Head
  /// Calibration curve from raw to calibrated confidence: `x` strictly rising, `y` never falling, both within 0...1.
  package var x: [Float]
  package var y: [Float]

  package init(
    features: [ConfidenceFeature], mean: [Float], scale: [Float], confidence: Head, gate: Head, x: [Float], y: [Float]
  ) {
    self.features = features
    self.mean = mean
    self.scale = scale
    self.confidence = confidence
    self.gate = gate
    self.x = x
    self.y = y
  }

  /// Calibrated probability that the intent is right.
  func confidence(_ features: Classification.Features) -> Float {
    calibrated(Self.sigmoid(score(confidence, features)))
  }

  /// How much the prompt looks out of scope, 0 to 1.
  func outOfScope(_ features: Classification.Features) -> Float { Self.sigmoid(score(gate, features)) }

  /// Piecewise linear between the knots, constant outside.
  package func calibrated(_ raw: Float) -> Float {
    guard let first = x.first, let last = x.last, raw > first else { return y.first ?? raw }
    if raw >= last { return y[y.count - 1] }
    // At most a few dozen knots: a scan is as fast as a search.
    let right = x.firstIndex { $0 > raw } ?? (x.count - 1)
    let share = (raw - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + share * (y[right] - y[right - 1])
  }

  private func score(_ head: Head, _ features: Classification.Features) -> Float {
    var sum = head.bias
    for (index, feature) in self.features.enumerated() {
      sum += head.weights[index] * (features[feature] - mean[index]) / scale[index]
    }
    return sum
  }

  package static func sigmoid(_ value: Float) -> Float {
    // Written so that neither side overflows.
    if value >= 0 { return 1 / (1 + exponential(-value)) }
    let power = exponential(value)
    return power / (1 + power)
  }
}
