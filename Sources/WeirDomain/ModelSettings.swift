/// The settings of a request that change what the answer is, and so are part of every cache key.
package struct ModelSettings: Sendable, Hashable {
  /// `auto`, a tier's name, or a remote model's name.
  package var model: String
  /// Most tokens of the answer; nil leaves it to the answerer.
  package var maxTokens: Int?
  /// 0 is greedy; nil leaves it to the answerer.
  package var temperature: Double?
  package var topP: Double?
  package var seed: UInt64?
  /// Texts that end the answer when they would appear.
  package var stop: [String]
  package var format: AnswerFormat

  package init(
    model: String = "auto", maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil,
    seed: UInt64? = nil, stop: [String] = [], format: AnswerFormat = .text
  ) {
    self.model = model
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topP = topP
    self.seed = seed
    self.stop = stop
    self.format = format
  }
}
