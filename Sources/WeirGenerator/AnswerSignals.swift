/// What an answer looked like to the model that wrote it, beside the means that `Generation` always has.
///
/// Means are over the chosen tokens, the one that ended the turn included.
package struct AnswerSignals: Sendable, Equatable {
  /// Mean natural log-probability of the least likely tenth of the tokens, rounded up.
  package var lowestTenthLogProbability: Double
  /// Mean entropy of the distributions that the tokens were chosen from, in nats.
  package var meanEntropy: Double
  /// The state behind the first token [width]: what the model made of the prompt. Empty where nobody asked for states.
  package var firstState: [Float]
  /// The mean of the states behind all tokens [width]. Empty where nobody asked for states.
  package var meanState: [Float]

  package init(
    lowestTenthLogProbability: Double, meanEntropy: Double, firstState: [Float] = [], meanState: [Float] = []
  ) {
    self.lowestTenthLogProbability = lowestTenthLogProbability
    self.meanEntropy = meanEntropy
    self.firstState = firstState
    self.meanState = meanState
  }
}
