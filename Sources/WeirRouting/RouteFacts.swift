package import WeirDomain

/// Everything the policy may look at: no text, no clock, no state.
package struct RouteFacts: Sendable, Hashable {
  /// What the classifier said; nil where it was not asked.
  package struct Reading: Sendable, Hashable {
    package var intent: String
    /// Calibrated probability that the local answer will be acceptable, 0...1.
    package var confidence: Double
    /// 0...1, the higher the stranger.
    package var outOfScope: Double

    package init(intent: String, confidence: Double, outOfScope: Double) {
      self.intent = intent
      self.confidence = confidence
      self.outOfScope = outOfScope
    }
  }

  /// `auto`, a tier's name, or a remote model's name.
  package var requestedModel: String
  package var reading: Reading?
  /// The confidence that a local answer needs.
  package var acceptance: Acceptance
  /// 0...1.
  package var complexity: Double
  /// Messages of the conversation, whoever's they are, this prompt included.
  package var turns: Int
  /// Tokens that the encoder read of a longer prompt; nil where it read all of it.
  package var cutAt: Int?
  /// True where the prompt asks not to do something, which the classifier does not hear.
  package var isNegated: Bool
  /// Nil where no generator is loaded.
  package var generator: GeneratorFacts?
  /// Nil where no approved answers are configured.
  package var template: TemplateFacts?
  package var remoteTiers: Set<Tier>
  /// Names of the models that remote tiers serve.
  package var remoteModels: [String: Tier]
  package var format: Format

  /// What kind of text is asked for.
  package enum Format: Sendable, Hashable {
    case text, json
    /// Kept by the local generator only.
    case grammar

    init(_ format: AnswerFormat) {
      self =
        switch format {
        case .text: .text
        case .jsonObject, .jsonSchema: .json
        case .grammar: .grammar
        }
    }
  }

  /// What the approved answers of the intent come to.
  package enum TemplateFacts: Sendable, Hashable {
    /// The intent has none.
    case none
    /// This one, with all of its slots filled.
    case fits(id: String)
    /// None fits; the first one lacks these slots.
    case open(id: String, slots: [String])
  }

  package struct GeneratorFacts: Sendable, Hashable {
    /// Most tokens of a prompt with its answer.
    package var window: Int
    /// Tokens of this prompt, template included, as far as they are known before the answer.
    package var promptTokens: Int
    /// True for a generator that is told the intent and reads one turn.
    package var readsSingleTurns: Bool

    package init(window: Int, promptTokens: Int, readsSingleTurns: Bool) {
      self.window = window
      self.promptTokens = promptTokens
      self.readsSingleTurns = readsSingleTurns
    }
  }

  package init(
    requestedModel: String = "auto", reading: Reading? = nil, acceptance: Acceptance = .bands, complexity: Double = 0,
    turns: Int = 1, cutAt: Int? = nil, isNegated: Bool = false, generator: GeneratorFacts? = nil,
    template: TemplateFacts? = nil, remoteTiers: Set<Tier> = [],
    remoteModels: [String: Tier] = [:], format: Format = .text
  ) {
    self.format = format
    self.requestedModel = requestedModel
    self.reading = reading
    self.acceptance = acceptance
    self.complexity = complexity
    self.turns = turns
    self.cutAt = cutAt
    self.isNegated = isNegated
    self.generator = generator
    self.template = template
    self.remoteTiers = remoteTiers
    self.remoteModels = remoteModels
  }
}
