internal import WeirClassifier

/// Several networks as one: hidden units side by side, output weights divided by their number, so that the logits are
/// the members' mean.
enum Ensemble {
  /// `members`: hidden weights, hidden bias, output weights, output bias of networks of one shape.
  static func joined(_ members: [[[Float]]], inputs: Int) -> (hidden: DenseLayer, output: DenseLayer) {
    let share = 1 / Float(members.count)
    let width = members[0][1].count
    let outputs = members[0][3].count
    var weights: [Float] = []
    for row in 0..<outputs {
      for member in members { weights += member[2][(row * width)..<((row + 1) * width)].map { $0 * share } }
    }
    let bias = (0..<outputs).map { row in members.reduce(Float(0)) { $0 + $1[3][row] } * share }
    return (
      DenseLayer(
        inputs: inputs, outputs: width * members.count, weights: members.flatMap { $0[0] },
        bias: members.flatMap { $0[1] }),
      DenseLayer(inputs: width * members.count, outputs: outputs, weights: weights, bias: bias)
    )
  }
}
