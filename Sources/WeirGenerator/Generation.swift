/// One generated answer with the facts that accounting and the acceptance probe need.
package struct Generation: Sendable, Equatable {
  package enum FinishReason: String, Sendable, Equatable {
    /// The model ended its turn, or a stop string was complete.
    case stop
    /// `maxTokens` or the context was reached.
    case length
    /// The caller asked to stop.
    case cancelled
    /// The time limit passed.
    case deadline
  }

  package var text: String
  /// The answer's tokens without the one that ended the turn.
  package var tokens: [Int32]
  /// Tokens of the prompt that were read, markers included.
  package var promptTokens: Int
  package var finish: FinishReason
  /// Whether the text is a whole one of the grammar that was asked for; nil without a grammar.
  package var fitsGrammar: Bool?
  /// Mean natural log-probability of the chosen tokens, the one that ended the turn included, under the model's own
  /// distribution (temperature 1, no penalty); nil when no token was chosen.
  package var meanLogProbability: Double?
  /// The least of the same.
  package var leastLogProbability: Double?
  /// What the answer looked like to the model that wrote it; nil when no token was chosen.
  package var signals: AnswerSignals?
  /// Tokens of the prompt whose keys and values were known from earlier texts.
  package var reusedTokens = 0
  /// Tokens that were guessed ahead, and how many of them the model then chose.
  package var guessedTokens = 0
  package var heldTokens = 0
  /// From the call to the first chosen token, by the caller's clock; nil when no token was chosen.
  package var timeToFirstToken: Duration?
  /// From the call to the end of the answer.
  package var elapsed: Duration

  package init(
    text: String, tokens: [Int32], promptTokens: Int, finish: FinishReason, meanLogProbability: Double?,
    leastLogProbability: Double?, signals: AnswerSignals? = nil,
    timeToFirstToken: Duration?, elapsed: Duration
  ) {
    self.text = text
    self.tokens = tokens
    self.promptTokens = promptTokens
    self.finish = finish
    self.meanLogProbability = meanLogProbability
    self.leastLogProbability = leastLogProbability
    self.signals = signals
    self.timeToFirstToken = timeToFirstToken
    self.elapsed = elapsed
  }

  package var completionTokens: Int { tokens.count }
}
