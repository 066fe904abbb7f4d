package import WeirGrammar

/// What one answer may cost and how its tokens are chosen.
package struct GenerationOptions: Sendable, Hashable {
  /// What happens to a prompt with more tokens than the context leaves room for.
  package enum Overlength: String, Sendable, Hashable, CaseIterable {
    /// `promptTooLong`.
    case refuse
    /// The oldest turns go until the rest fits; system messages and the last message stay. `promptTooLong` when
    /// these alone do not fit.
    case dropOldestTurns
    /// Tokens at the front go, whatever they are; a beginning-of-sequence token stays.
    case keepEnd
  }

  package var sampling: SamplingOptions
  /// Most tokens of the answer, at least 1; the context may end it earlier.
  package var maxTokens: Int
  /// Texts that end the answer; they are not part of it.
  package var stop: [String]
  /// The family of the chat template; nil takes the file's own.
  package var template: ChatTemplateFamily?
  package var overlength: Overlength
  /// Time for prompt and answer together, looked at between tokens; nil is no limit.
  package var timeLimit: Duration?
  /// What the answer may look like: no token is chosen that leads out of it. Nil is free text.
  package var grammar: Grammar?

  package init(
    sampling: SamplingOptions = .greedy, maxTokens: Int = 256, stop: [String] = [], template: ChatTemplateFamily? = nil,
    overlength: Overlength = .refuse, timeLimit: Duration? = nil, grammar: Grammar? = nil
  ) {
    self.sampling = sampling
    self.maxTokens = maxTokens
    self.stop = stop
    self.template = template
    self.overlength = overlength
    self.timeLimit = timeLimit
    self.grammar = grammar
  }

  /// Throws `GeneratorFailure.badOption` for the first value outside its range.
  package func check() throws(GeneratorFailure) {
    try sampling.check()
    guard maxTokens >= 1 else { throw .badOption(name: "max_tokens", found: "\(maxTokens)", allowed: "1 or more") }
  }
}
