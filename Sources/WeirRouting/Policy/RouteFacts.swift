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
    /// Other intents that are likely too.
    package var alternatives: [String]

    package init(intent: String, confidence: Double, outOfScope: Double, alternatives: [String] = []) {
      self.intent = intent
      self.confidence = confidence
      self.outOfScope = outOfScope
      self.alternatives = alternatives
    }
  }

  /// Where a complexity comes from.
  package enum ComplexityOrigin: Sendable, Hashable {
    case given
    /// A head that was trained on labelled prompts.
    case learned
    /// What each factor adds; together they are the complexity.
    case factors([Share])

    package struct Share: Sendable, Hashable {
      package var factor: String
      package var share: Double

      package init(factor: String, share: Double) {
        self.factor = factor
        self.share = share
      }
    }
  }

  /// `auto`, a tier's name, or a remote model's name.
  package var requestedModel: String
  package var reading: Reading?
  /// The confidence that a local answer needs.
  package var acceptance: Acceptance
  /// 0...1.
  package var complexity: Double
  package var complexityOrigin = ComplexityOrigin.given
  /// Probability that a small local model's answer is good enough, 0...1; nil where the bundle has not learned it.
  package var sufficiency: Double?
  /// Calibrated probability, by remote tier, that its answer is good enough, 0...1; tiers without labels are missing.
  package var remoteSufficiency: [Tier: Double] = [:]
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
  /// Remote models that may be asked, in the order of the file.
  package var remotes: [RemoteOption]
  package var format: Format
  /// What only remote models can be given: no local answer may leave it out.
  package var needs: Set<RequestNeed> = []
  package var tenant = "default"
  package var feature: String?
  /// True where the classifier did not read all that would be sent.
  package var isPartlyUnread = false
  /// Positions of the rules that read text and whose text conditions hold, ascending.
  package var fittingTexts: [Int] = []
  /// Tokens of the conversation that a remote model would read, estimated.
  package var remoteTokens = 0
  /// Most tokens of the answer, as the request says.
  package var maxTokens: Int?
  /// What is left of the request's deadline; nil where it has none.
  package var millisecondsLeft: Int?
  /// The most that this request may cost; nil where nobody says.
  package var maxCost: Money?

  package var remoteTiers: Set<Tier> { Set(remotes.map(\.tier)) }

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
    template: TemplateFacts? = nil, remotes: [RemoteOption] = [], format: Format = .text
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
    self.remotes = remotes
  }
}
