#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The learned half of the answer probe: the probability that an answer is fit for its prompt.
///
/// A logistic regression on a few numbers about the answer and on the generator's own states, calibrated when it was trained; it
/// belongs to one generator and lies in its file. Of nothing else does it know anything.
package struct AcceptanceModel: Sendable, Equatable {
  /// The numbers about an answer that a file may weigh; the raw values are the names in the file.
  package enum Feature: String, Sendable, CaseIterable {
    case meanLogProbability = "mean_logprob"
    case leastLogProbability = "least_logprob"
    case lowestTenthLogProbability = "lowest_tenth_logprob"
    case meanEntropy = "mean_entropy"
    /// Natural logarithm of the number of tokens plus one.
    case logTokens = "log_tokens"
    case repeatedShare = "repeated_share"
  }

  package var features: [Feature]
  /// One for each feature.
  package var weights: [Double]
  package var bias: Double
  /// Weights of the first and of the mean state [width]; empty where the model does not look at it.
  package var firstStateWeights: [Float]
  package var meanStateWeights: [Float]
  /// Answers of at least this probability are accepted, 0 to 1.
  package var leastProbability: Double

  package init(
    features: [Feature], weights: [Double], bias: Double, firstStateWeights: [Float] = [],
    meanStateWeights: [Float] = [], leastProbability: Double
  ) {
    precondition(features.count == weights.count, "\(features.count) features with \(weights.count) weights")
    self.features = features
    self.weights = weights
    self.bias = bias
    self.firstStateWeights = firstStateWeights
    self.meanStateWeights = meanStateWeights
    self.leastProbability = leastProbability
  }

  /// Whether answers must come with states.
  package var readsStates: Bool { !firstStateWeights.isEmpty || !meanStateWeights.isEmpty }

  /// The probability that the answer is fit, 0 to 1; nil where its generator gave no signals or other states.
  package func probability(of answer: Generation) -> Double? {
    guard let signals = answer.signals, let mean = answer.meanLogProbability, let least = answer.leastLogProbability,
      let first = Self.product(firstStateWeights, signals.firstState),
      let whole = Self.product(meanStateWeights, signals.meanState)
    else { return nil }
    var score = bias + first + whole
    for (feature, weight) in zip(features, weights) {
      let value =
        switch feature {
        case .meanLogProbability: mean
        case .leastLogProbability: least
        case .lowestTenthLogProbability: signals.lowestTenthLogProbability
        case .meanEntropy: signals.meanEntropy
        case .logTokens: log(Double(answer.tokens.count) + 1)
        case .repeatedShare: AnswerProbe.repeatedShare(of: answer.tokens)
        }
      score += weight * value
    }
    return score.isNaN ? nil : 1 / (1 + exp(-score))
  }

  /// The sum of products in double precision; 0 where nothing is weighed, nil where the widths differ.
  private static func product(_ weights: [Float], _ state: [Float]) -> Double? {
    if weights.isEmpty { return 0 }
    guard weights.count == state.count else { return nil }
    return zip(weights, state).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
