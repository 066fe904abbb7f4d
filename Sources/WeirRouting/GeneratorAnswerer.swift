package import WeirDomain
package import WeirGenerator
package import WeirGrammar

/// The local generator as the cascade asks it, with the check of its answers.
package struct GeneratorAnswerer: LocalAnswerer {
  package struct Settings: Sendable, Hashable {
    /// Most tokens of an answer to a request that names no limit.
    package var maxTokens: Int
    /// For requests that name none; 0 is greedy.
    package var temperature: Double
    /// The family of the chat template; nil takes the file's own.
    package var template: ChatTemplateFamily?
    /// True for a generator that was trained to be told the intent and to read one turn.
    package var isToldTheIntent: Bool

    /// True for a generator that was trained on prompts with slots in the place of values.
    package var readsSlots: Bool

    package init(
      maxTokens: Int, temperature: Double, template: ChatTemplateFamily?, isToldTheIntent: Bool,
      readsSlots: Bool = false
    ) {
      self.maxTokens = maxTokens
      self.temperature = temperature
      self.template = template
      self.isToldTheIntent = isToldTheIntent
      self.readsSlots = readsSlots
    }
  }

  package let model: String
  private let generator: Generator
  private let settings: Settings
  private let probe: AnswerProbe
  private let formats: GrammarLibrary

  /// `model` is the name in the ledger; `probe` decides which answers are accepted; `formats` keeps compiled grammars.
  package init(
    model: String, generator: Generator, settings: Settings, probe: AnswerProbe,
    formats: GrammarLibrary = GrammarLibrary()
  ) {
    self.formats = formats
    self.model = model
    self.generator = generator
    self.settings = settings
    self.probe = probe
  }

  package var window: Int { generator.model.context }
  package var readsSingleTurns: Bool { settings.isToldTheIntent }
  package var readsSlots: Bool { settings.readsSlots }

  /// A chat template is the sign of a model that was tuned to follow instructions; without one it continues text.
  package var followsInstructions: Bool {
    guard !settings.isToldTheIntent, let family = settings.template ?? generator.templateFamily else { return false }
    return family != .plain
  }

  package func answerTokens(for request: ModelSettings) -> Int { options(for: request).maxTokens }

  package func promptTokens(of messages: [ChatMessage], intent: String?) -> Int {
    let options = GenerationOptions(template: settings.template)
    // What cannot be read at all fills the window: the policy then looks elsewhere.
    return (try? generator.promptTokens(conversation(messages, intent: intent), options: options).count) ?? window
  }

  package func answer(
    _ messages: [ChatMessage], intent: String?, settings request: ModelSettings,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(RouteError) -> LocalAnswer {
    let generation: Generation
    var options = options(for: request)
    do throws(GrammarFailure) { options.grammar = try formats.grammar(for: request.format) } catch {
      throw .badFormat(error)
    }
    do throws(GeneratorFailure) {
      generation = try generator.generate(
        conversation(messages, intent: intent), options: options, isCancelled: isCancelled
      ) { _ in }
    } catch {
      if case .grammar(let failure) = error { throw .badFormat(failure) }
      throw RouteError(code: "generator_failed", kind: .badModel, message: error.message)
    }
    let usage = TokenUsage(prompt: generation.promptTokens, completion: generation.completionTokens)
    let acceptance = probe.acceptance.flatMap { model in
      model.probability(of: generation).map {
        LocalAnswer.Acceptance(probability: $0, least: model.leastProbability)
      }
    }
    return LocalAnswer(
      text: generation.text, usage: usage, verdict: verdict(on: generation, request), acceptance: acceptance)
  }

  /// What the generator reads: the intent and the last turn, or the conversation as it is.
  private func conversation(_ messages: [ChatMessage], intent: String?) -> [ChatMessage] {
    guard settings.isToldTheIntent, let turn = messages.last(where: { $0.role == .user }) else { return messages }
    return (intent.map { [ChatMessage(role: .system, content: "intent: \($0)")] } ?? []) + [turn]
  }

  private func options(for request: ModelSettings) -> GenerationOptions {
    let base = GenerationOptions(
      sampling: SamplingOptions(temperature: Float(settings.temperature)), maxTokens: settings.maxTokens,
      template: settings.template)
    var options = GenerationOptions(request, base: base)
    options.maxTokens = min(options.maxTokens, window)
    return options
  }

  private func verdict(on generation: Generation, _ request: ModelSettings) -> LocalAnswer.Verdict {
    if generation.finish == .cancelled { return .cancelled }
    // A limit that the request itself set is no reason to mistrust the answer.
    let isCutAsAsked = generation.finish == .length && generation.completionTokens == request.maxTokens
    var judged = generation
    if isCutAsAsked { judged.finish = .stop }
    switch probe.judge(judged) {
    case .accepted: return .accepted
    case .rejected(let rejection): return .rejected(rejection.name)
    }
  }
}
