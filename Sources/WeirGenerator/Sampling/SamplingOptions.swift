/// How the next token is chosen from the logits.
///
/// The steps run in this order: repetition penalty, top-k, top-p, min-p, temperature, draw. Top-p and min-p therefore
/// see the probabilities at temperature 1. `temperature` 0 takes the best token after the penalty and draws nothing.
package struct SamplingOptions: Sendable, Hashable {
  /// 0 is greedy; 1 leaves the model's distribution as it is. Finite, at least 0.
  package var temperature: Float
  /// Only the k likeliest tokens remain; 0 keeps all.
  package var topK: Int
  /// Only the likeliest tokens whose probabilities reach this sum remain; in 0 ... 1, 1 keeps all.
  package var topP: Float
  /// Only tokens at least this share as likely as the best remain; in 0 ... 1, 0 keeps all.
  package var minP: Float
  /// Positive logits of tokens in the window are divided by this, negative ones multiplied; 1 changes nothing.
  package var repetitionPenalty: Float
  /// How many of the latest tokens, those of the prompt included, the penalty looks at.
  package var repetitionWindow: Int
  package var seed: UInt64

  package static let greedy = SamplingOptions(temperature: 0)

  package init(
    temperature: Float = 0, topK: Int = 40, topP: Float = 0.95, minP: Float = 0.05, repetitionPenalty: Float = 1,
    repetitionWindow: Int = 64, seed: UInt64 = 0
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.repetitionWindow = repetitionWindow
    self.seed = seed
  }

  /// Throws `GeneratorFailure.badOption` for the first value outside its range.
  package func check() throws(GeneratorFailure) {
    func require(_ holds: Bool, _ name: String, _ found: String, _ allowed: String) throws(GeneratorFailure) {
      if !holds { throw .badOption(name: name, found: found, allowed: allowed) }
    }
    try require(
      temperature.isFinite && temperature >= 0, "temperature", "\(temperature)", "a finite number of 0 or more")
    try require(topK >= 0, "top_k", "\(topK)", "0 (all tokens) or more")
    try require(topP >= 0 && topP <= 1, "top_p", "\(topP)", "0 to 1")
    try require(minP >= 0 && minP <= 1, "min_p", "\(minP)", "0 to 1")
    try require(
      repetitionPenalty.isFinite && repetitionPenalty > 0, "repetition_penalty", "\(repetitionPenalty)",
      "a finite number above 0")
    try require(repetitionWindow >= 0, "repetition_window", "\(repetitionWindow)", "0 (none) or more tokens")
  }
}
