internal import Glibc

/// One hidden layer over standardized features: sigmoid(v · max(0, W z + b) + c).
struct VerifierNetwork: Sendable, Equatable {
  /// Features in the order of the weights.
  let features: [VerifierFeature]
  let mean: [Float]
  /// Above 0.
  let scale: [Float]
  /// Rows of as many numbers as there are features, one for each hidden unit.
  let hidden: [Float]
  let hiddenBias: [Float]
  let output: [Float]
  let outputBias: Float

  /// Standardized features beyond this are cut: what no pair of the training had must not decide alone.
  static let bound: Float = 4

  /// Probability that the stored answer serves; `values` are in the order of all features.
  func probability(_ values: [Float]) -> Double {
    var inputs = [Float](repeating: 0, count: features.count)
    for (place, feature) in features.enumerated() {
      let value = (values[feature.rawValue] - mean[place]) / scale[place]
      inputs[place] = min(max(value, -Self.bound), Self.bound)
    }
    var score = outputBias
    for unit in output.indices {
      var sum = hiddenBias[unit]
      let row = unit * inputs.count
      for place in inputs.indices { sum += hidden[row + place] * inputs[place] }
      if sum > 0 { score += output[unit] * sum }
    }
    return 1 / (1 + exp(-Double(score)))
  }
}
