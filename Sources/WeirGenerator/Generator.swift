import Synchronization
package import WeirDomain
import WeirGrammar
package import WeirModelFiles
import WeirTensor

/// Answers conversations with a local decoder model.
///
/// It may be used from several threads: each answer runs on its caller's thread with a session of its own, and the steps
/// of those that run at the same time share a pass over the weights. Idle sessions and the keys and values of past
/// prompts are kept, and used again where a prompt starts with the same tokens; the numbers are the same either way.
package final class Generator: Sendable {
  package let model: GeneratorModel
  package let tokenizer: any Tokenizer
  /// The limits that the file gives for accepting an answer.
  package let probe: AnswerProbe
  /// The family of the file's chat template: `plain` where it has none, nil where its template is of no known family.
  package let templateFamily: ChatTemplateFamily?
  private let execution: GeneratorExecution
  private let lane: StepLane
  private let draftLane: StepLane?
  private let prefixes: PrefixCache
  private let replies = ReplyMemory()
  private let masks = GrammarMasks()
  private let idle = Mutex<[GeneratorSession]>([])
  /// More idle sessions than this would keep memory for bursts only.
  private static let mostIdle = 4

  /// Reads weights and tokenizer of `file`.
  ///
  /// - Parameters:
  ///   - adapters: low-rank changes of the weights, applied all together.
  ///   - contextLimit: the most tokens of prompt and answer together; the file's context where it is less.
  ///   - execution: how it runs.
  package init(
    _ file: GGUFFile, adapters: [GeneratorAdapter] = [], contextLimit: Int = 4096,
    execution: GeneratorExecution = GeneratorExecution()
  ) throws(GeneratorFailure) {
    self.execution = execution
    model = try GeneratorModel(file, adapters: adapters, contextLimit: contextLimit)
    tokenizer = try GeneratorFailure.reading { () throws(ModelFileFailure) in try TokenizerFactory.make(from: file) }
    guard tokenizer.vocabularySize <= model.shape.vocabulary else {
      throw .unsupportedMetadata(
        file: file.name, key: "tokenizer.ggml.tokens", found: "\(tokenizer.vocabularySize) tokens",
        allowed: "at most the \(model.shape.vocabulary) rows of token_embd.weight")
    }
    let template = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      file.has("tokenizer.chat_template") ? try file.string("tokenizer.chat_template") : nil
    }
    templateFamily = template.map { ChatTemplateFamily.recognised(in: $0) } ?? .plain
    probe = try AnswerProbe(file, width: model.shape.width)
    lane = StepLane(model, pool: execution.pool)
    prefixes = PrefixCache(
      limit: execution.prefixBytes, shape: model.cacheShape(execution.cacheType), folder: execution.prefixFolder)
    if let draft = execution.draft {
      draftLane = StepLane(
        try Self.draftModel(draft, for: tokenizer, contextLimit: contextLimit), pool: execution.pool)
    } else {
      draftLane = nil
    }
  }

  /// A guess is made of the same tokens, so the two vocabularies must be one.
  private static func draftModel(
    _ file: GGUFFile, for tokenizer: any Tokenizer, contextLimit: Int
  ) throws(GeneratorFailure) -> GeneratorModel {
    let own = try GeneratorFailure.reading { () throws(ModelFileFailure) in try TokenizerFactory.make(from: file) }
    let same =
      own.vocabularySize == tokenizer.vocabularySize
      && (0..<Int32(own.vocabularySize)).allSatisfy { own.bytes(of: $0) == tokenizer.bytes(of: $0) }
    guard same else {
      throw .unsupportedMetadata(
        file: file.name, key: "tokenizer.ggml.tokens", found: "another vocabulary",
        allowed: "the vocabulary of the model that it makes guesses for")
    }
    return try GeneratorModel(file, contextLimit: contextLimit)
  }

  /// What `generate` would read for these messages; throws what it would throw.
  package func promptTokens(
    _ messages: [ChatMessage], options: GenerationOptions = GenerationOptions()
  ) throws(GeneratorFailure) -> [Int32] {
    // The answer needs room for one token at least.
    try encoder(options).encode(messages, allowed: model.context - 1, overlength: options.overlength)
  }

  /// Answers a conversation, on the caller's thread.
  ///
  /// - Parameters:
  ///   - clock: measures the time limit and the result's times.
  ///   - isCancelled: asked between tokens, and between chunks of the prompt.
  ///   - onText: takes the answer's text piece by piece; joined, the pieces are the result's text. A piece is never
  ///     empty and never part of a character or of a stop string.
  package func generate(
    _ messages: [ChatMessage], options: GenerationOptions = GenerationOptions(),
    clock: some Clock<Duration> = ContinuousClock(), isCancelled: () -> Bool = { false },
    onText: (String) -> Void
  ) throws(GeneratorFailure) -> Generation {
    let start = clock.now
    try options.check()
    let encoder = try encoder(options)
    let prompt = try encoder.encode(messages, allowed: model.context - 1, overlength: options.overlength)
    let session = takeSession(for: prompt)
    defer { giveBack(session, prompt: prompt.count) }
    var result = Generation(
      text: "", tokens: [], promptTokens: prompt.count, finish: .stop, meanLogProbability: nil,
      leastLogProbability: nil, timeToFirstToken: nil, elapsed: .zero)
    result.reusedTokens = session.tokens.count

    func reasonToStop() -> Generation.FinishReason? {
      if isCancelled() { return .cancelled }
      if let limit = options.timeLimit, start.duration(to: clock.now) >= limit { return .deadline }
      return nil
    }
    let constraint: AnswerConstraint? =
      if let grammar = options.grammar {
        try masks.constraint(grammar, tokenizer: tokenizer, ends: encoder.endIDs)
      } else { nil }
    var answer = AnswerInProgress(
      options: options, prompt: prompt, endIDs: encoder.endIDs, leadingText: encoder.leadingText,
      collectsStates: probe.acceptance?.readsStates ?? false, constraint: constraint)
    var finish: Generation.FinishReason?
    _ = try session.prefill(Array(prompt[session.tokens.count...])) {
      finish = reasonToStop()
      return finish != nil
    }
    var guesses = Guesses(speculation())
    while finish == nil {
      finish = reasonToStop()
      if finish != nil { break }
      let token = try answer.choose(from: session, row: guesses.row)
      if result.timeToFirstToken == nil { result.timeToFirstToken = start.duration(to: clock.now) }
      finish = answer.append(token, tokenizer: tokenizer, onText: onText)
      if finish == nil, session.room + guesses.unconfirmed == 0 { finish = .length }
      if finish == nil {
        try guesses.read(
          token, in: session, text: prompt + answer.tokens, most: options.maxTokens - answer.tokens.count,
          forced: answer.forcedTokens(tokenizer))
      }
    }
    guesses.forget(in: session)
    answer.finish(onText: onText)
    if finish == .stop || finish == .length { replies.add(answer.tokens) }
    result.text = answer.text
    result.tokens = answer.tokens
    result.finish = finish ?? .stop
    result.meanLogProbability = answer.meanLogProbability
    result.leastLogProbability = answer.leastLogProbability
    result.signals = answer.signals
    result.fitsGrammar = options.grammar.map { $0.matches(answer.text.utf8) }
    result.guessedTokens = guesses.guessed
    result.heldTokens = guesses.held
    result.elapsed = start.duration(to: clock.now)
    return result
  }

  private func speculation() -> Speculation? {
    execution.speculates ? Speculation(replies: replies, draft: draftLane.map { DraftModel(lane: $0) }) : nil
  }

  /// Answers a conversation and gives the answer when it is whole.
  package func generate(
    _ messages: [ChatMessage], options: GenerationOptions = GenerationOptions()
  ) throws(GeneratorFailure) -> Generation {
    try generate(messages, options: options) { _ in }
  }

  private func encoder(_ options: GenerationOptions) throws(GeneratorFailure) -> PromptEncoder {
    guard let family = options.template ?? templateFamily else {
      throw .unknownChatTemplate(file: model.name, allowed: ChatTemplateFamily.names)
    }
    return PromptEncoder(tokenizer: tokenizer, template: family.template)
  }

  /// A session that has what is known of the prompt's beginning.
  private func takeSession(for prompt: [Int32]) -> GeneratorSession {
    let session =
      idle.withLock { $0.popLast() } ?? GeneratorSession(lane: lane, cacheType: execution.cacheType)
    let blocks = prefixes.blocks(for: prompt)
    session.adopt(blocks, tokens: prompt[..<(blocks.count * KeyValueBlock.positions)])
    return session
  }

  /// Keeps what the session has read within the prefixes' limit, and its scratch memory for the next answer.
  private func giveBack(_ session: GeneratorSession, prompt: Int) {
    lane.leave(session)
    // Most answers are never read again; in a conversation the next prompt's reading of them is short.
    prefixes.insert(session.fullBlocks, of: Array(session.tokens.prefix(prompt)))
    session.forgetAll()
    idle.withLock { sessions in
      if sessions.count < Self.mostIdle { sessions.append(session) }
    }
  }
}
