/// Which experts a token takes, and with what weight; a pure value.
struct ExpertChoice: Equatable {
  var expert: Int
  var weight: Float

  /// The experts with the highest probabilities, the best first; of equal ones that with the lower number.
  static func best(of probabilities: [Float], for shape: MixtureShape) -> [ExpertChoice] {
    precondition(probabilities.count == shape.experts, "\(probabilities.count) probabilities, \(shape.experts) experts")
    var left = Array(probabilities.indices)
    var chosen: [ExpertChoice] = []
    for _ in 0..<shape.used {
      guard var best = left.indices.first else { break }
      // Nothing is greater than a value that is not a number; the logits show such a value later.
      for place in left.indices where probabilities[left[place]] > probabilities[left[best]] { best = place }
      chosen.append(ExpertChoice(expert: left[best], weight: probabilities[left[best]]))
      left.remove(at: best)
    }
    var factor = shape.weightScale
    if shape.normalisesWeights {
      // The floor is the smallest normal number of F16, as the reference has it.
      factor /= max(chosen.reduce(0) { $0 + $1.weight }, 6.103515625e-5)
    }
    for index in chosen.indices { chosen[index].weight *= factor }
    return chosen
  }
}
