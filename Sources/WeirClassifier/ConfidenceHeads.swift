/// The two logistic regressions over a classification's features, and the isotonic curve behind the first.
struct ConfidenceHeads: Sendable {
  static let featureCount = 6

  /// w · z + b over standardized features.
  struct Head: Sendable {
    let weights: [Float]
    let bias: Float
  }

  let mean: [Float]
  /// Above 0.
  let scale: [Float]
  let confidence: Head
  let gate: Head
  /// Calibration curve from raw to calibrated confidence: `x` strictly rising, `y` never falling, both within 0...1.
  let x: [Float]
  let y: [Float]

  /// Calibrated probability that the intent is right.
  func confidence(_ features: Classification.Features) -> Float {
    calibrated(Self.sigmoid(score(confidence, features)))
  }

  /// How much the prompt looks out of scope, 0 to 1.
  func outOfScope(_ features: Classification.Features) -> Float { Self.sigmoid(score(gate, features)) }

  /// Piecewise linear between the knots, constant outside.
  func calibrated(_ raw: Float) -> Float {
    guard let first = x.first, let last = x.last, raw > first else { return y.first ?? raw }
    if raw >= last { return y[y.count - 1] }
    // At most a few dozen knots: a scan is as fast as a search.
    let right = x.firstIndex { $0 > raw } ?? (x.count - 1)
    let share = (raw - x[right - 1]) / (x[right] - x[right - 1])
    return y[right - 1] + share * (y[right] - y[right - 1])
  }

  private func score(_ head: Head, _ features: Classification.Features) -> Float {
    var sum = head.bias
    for (index, value) in features.values.enumerated() {
      sum += head.weights[index] * (value - mean[index]) / scale[index]
    }
    return sum
  }

  static func sigmoid(_ value: Float) -> Float {
    // Written so that neither side overflows.
    if value >= 0 { return 1 / (1 + exponential(-value)) }
    let power = exponential(value)
    return power / (1 + power)
  }
}
