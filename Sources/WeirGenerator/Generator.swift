import Synchronization
package import WeirDomain
package import WeirModelFiles

/// Answers conversations with a local decoder model.
///
/// It may be used from several threads: each answer runs on its caller's thread with a session of its own, and idle
/// sessions are kept for the next answers. An idle session's tokens are used again where a prompt starts with them; the
/// numbers are the same either way.
package final class Generator: Sendable {
  package let model: GeneratorModel
  package let tokenizer: any Tokenizer
  /// The limits that the file gives for accepting an answer.
  package let probe: AnswerProbe
  /// The family of the file's chat template: `plain` where it has none, nil where its template is of no known family.
  package let templateFamily: ChatTemplateFamily?
  private let idle = Mutex<[GeneratorSession]>([])
  /// More idle sessions than this would keep memory for bursts only.
  private static let mostIdle = 4

  /// Reads weights and tokenizer of `file`.
  ///
  /// - Parameters:
  ///   - adapters: low-rank changes of the weights, applied all together.
  ///   - contextLimit: the most tokens of prompt and answer together; the file's context where it is less.
  package init(
    _ file: GGUFFile, adapters: [GeneratorAdapter] = [], contextLimit: Int = 4096
  ) throws(GeneratorFailure) {
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
    defer { giveBack(session) }

    func reasonToStop() -> Generation.FinishReason? {
      if isCancelled() { return .cancelled }
      if let limit = options.timeLimit, start.duration(to: clock.now) >= limit { return .deadline }
      return nil
    }
    var answer = AnswerInProgress(
      options: options, prompt: prompt, endIDs: encoder.endIDs, leadingText: encoder.leadingText,
      collectsStates: probe.acceptance?.readsStates ?? false)
    var finish: Generation.FinishReason?
    let unread = Array(prompt.dropFirst(session.tokens.count))
    _ = try session.prefill(unread) {
      finish = reasonToStop()
      return finish != nil
    }
    var firstToken: Duration?
    while finish == nil {
      finish = reasonToStop()
      if finish != nil { break }
      let token = try answer.choose(from: session)
      if firstToken == nil { firstToken = start.duration(to: clock.now) }
      finish = answer.append(token, tokenizer: tokenizer, onText: onText)
      if finish == nil, session.room == 0 { finish = .length }
      if finish == nil { try session.decode(token) }
    }
    answer.finish(onText: onText)
    return Generation(
      text: answer.text, tokens: answer.tokens, promptTokens: prompt.count, finish: finish ?? .stop,
      meanLogProbability: answer.meanLogProbability, leastLogProbability: answer.leastLogProbability,
      signals: answer.signals,
      timeToFirstToken: firstToken, elapsed: start.duration(to: clock.now))
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

  /// The idle session that has read most of the prompt already, cut to what they share, or a new one.
  private func takeSession(for prompt: [Int32]) -> GeneratorSession {
    func shared(_ session: GeneratorSession) -> Int {
      // The last token is always read again, for its logits.
      zip(session.tokens, prompt.dropLast()).prefix { $0 == $1 }.count
    }
    let session = idle.withLock { sessions in
      let best = sessions.indices.max { shared(sessions[$0]) < shared(sessions[$1]) }
      return best.map { sessions.remove(at: $0) }
    }
    guard let session else { return GeneratorSession(model) }
    session.keep(shared(session))
    return session
  }

  private func giveBack(_ session: GeneratorSession) {
    idle.withLock { sessions in
      if sessions.count < Self.mostIdle { sessions.append(session) }
    }
  }
}
