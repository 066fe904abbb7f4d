import Synchronization
import Testing
import WeirDomain
import WeirGenerator
import WeirModelFiles
import WeirTestSupport

struct GeneratorTests {
  private let generator: Generator
  private let question = [
    ChatMessage(role: .system, content: "be brief"), ChatMessage(role: .user, content: "where is my order?"),
  ]

  init() throws {
    generator = try Generator(GGUFFile(path: References.fixture("tiny-llama.gguf")))
  }

  /// An answer of chance, so that tokens, borders and texts vary.
  private func options(_ seed: UInt64, maxTokens: Int = 30, stop: [String] = []) -> GenerationOptions {
    GenerationOptions(
      sampling: SamplingOptions(temperature: 1, topK: 0, topP: 1, minP: 0, seed: seed), maxTokens: maxTokens, stop: stop
    )
  }

  @Test func `the same seed gives the same answer and another seed another`() throws {
    let first = try generator.generate(question, options: options(1))
    let again = try generator.generate(question, options: options(1))
    let other = try generator.generate(question, options: options(2))
    #expect(first.text == again.text && first.tokens == again.tokens)
    #expect(first.tokens != other.tokens)
  }

  @Test func `an idle session's tokens are used again without changing the answer`() throws {
    let fresh = try Generator(GGUFFile(path: References.fixture("tiny-llama.gguf")))
    for seed: UInt64 in 1...5 {
      let other = [ChatMessage(role: .user, content: "where are \(seed) parcels?")]
      _ = try generator.generate(seed.isMultiple(of: 2) ? question : other, options: options(seed))
    }
    let used = try generator.generate(question, options: options(9))
    let unused = try fresh.generate(question, options: options(9))
    #expect(used.tokens == unused.tokens)
    #expect(used.meanLogProbability == unused.meanLogProbability)
    #expect(used.promptTokens == unused.promptTokens)
  }

  @Test func `joined pieces are the text and no piece is empty`() throws {
    for seed: UInt64 in 1...20 {
      var pieces: [String] = []
      let answer = try generator.generate(question, options: options(seed)) { pieces.append($0) }
      #expect(pieces.joined() == answer.text)
      #expect(pieces.allSatisfy { !$0.isEmpty })
      #expect(answer.text == generator.tokenizer.decode(answer.tokens))
      #expect(answer.finish == .stop || answer.completionTokens == 30)
    }
  }

  @Test func `a stop string that spans tokens ends the answer before it`() throws {
    for seed: UInt64 in 1...20 {
      let whole = try generator.generate(question, options: options(seed)).text
      let characters = Array(whole)
      guard characters.count > 12 else { continue }
      let stop = String(characters[7..<11])
      var shown = ""
      let answer = try generator.generate(question, options: options(seed, stop: [stop])) { shown += $0 }
      #expect(answer.finish == .stop)
      let bytes = Array(whole.utf8)
      let wanted = Array(stop.utf8)
      let place = bytes.indices.first { bytes[$0...].starts(with: wanted) } ?? bytes.count
      #expect(answer.text == String(decoding: bytes[..<place], as: UTF8.self))
      #expect(shown == answer.text)
    }
  }

  @Test func `an answer ends by length at the limit and at the context`() throws {
    let one = try generator.generate(question, options: GenerationOptions(maxTokens: 1))
    #expect(one.completionTokens == 1 && one.finish == .length)
    for seed: UInt64 in 1...20 {
      let answer = try generator.generate(question, options: options(seed, maxTokens: 1000))
      guard answer.finish == .length else { continue }
      // The last token is chosen but not read.
      #expect(answer.promptTokens + answer.completionTokens == generator.model.context + 1)
    }
  }

  @Test func `an end token ends the answer and is not part of it`() throws {
    // Chance picks the end in some of sixty answers.
    var ends = 0
    for seed: UInt64 in 1...60 {
      let answer = try generator.generate(question, options: options(seed, maxTokens: 40))
      guard answer.finish == .stop else { continue }
      ends += 1
      #expect(answer.tokens.allSatisfy { !generator.tokenizer.endIDs.contains($0) })
    }
    #expect(ends > 0)
  }

  @Test func `likelihoods are those of the model's own distribution`() throws {
    var sampling = SamplingOptions(temperature: 1.5, topK: 5, seed: 3)
    sampling.repetitionPenalty = 1.3
    let answer = try generator.generate(question, options: GenerationOptions(sampling: sampling, maxTokens: 12))
    let session = GeneratorSession(generator.model)
    try session.prefill(generator.promptTokens(question))
    var values: [Double] = []
    for token in answer.tokens {
      values.append(LogitSummary(session.logits.span).logProbability(ofLogit: session.logits[Int(token)]))
      try session.decode(token)
    }
    if answer.finish == .length {
      #expect(answer.meanLogProbability == values.reduce(0, +) / Double(values.count))
      #expect(answer.leastLogProbability == values.min())
    }
    #expect((answer.meanLogProbability ?? 0) < 0)
  }

  @Test func `cancellation is between tokens and keeps what was said`() throws {
    let whole = try generator.generate(question, options: options(4))
    var tokens = 0
    let cancelled = try generator.generate(question, options: options(4), isCancelled: { tokens >= 3 }) { _ in
      tokens += 1
    }
    #expect(cancelled.finish == .cancelled)
    #expect(!cancelled.text.isEmpty && whole.text.hasPrefix(cancelled.text))
    let never = try generator.generate(question, options: options(4), isCancelled: { true }) { _ in }
    #expect(never.finish == .cancelled && never.tokens.isEmpty)
    #expect(never.meanLogProbability == nil && never.timeToFirstToken == nil)
  }

  @Test func `the time limit is measured by the given clock`() throws {
    let clock = ManualClock()
    var options = options(4)
    options.timeLimit = .milliseconds(100)
    var pieces = 0
    let answer = try generator.generate(
      question, options: options, clock: clock,
      isCancelled: {
        clock.advance(by: .milliseconds(10))
        return false
      }
    ) { _ in pieces += 1 }
    #expect(answer.finish == .deadline)
    #expect(answer.elapsed == .milliseconds(100))
    // One question before the prompt's only chunk, one before the first token.
    #expect(answer.timeToFirstToken == .milliseconds(20))
    #expect(answer.completionTokens == 8)
  }

  @Test func `several threads answer at once and alike`() async throws {
    let all = (0..<4).map { options(UInt64($0)) }
    let wanted = try all.map { try generator.generate(question, options: $0).tokens }
    try await withThrowingTaskGroup(of: (Int, [Int32]).self) { group in
      for index in 0..<12 {
        group.addTask { [generator, question] in
          (index % 4, try generator.generate(question, options: all[index % 4]).tokens)
        }
      }
      for try await (seed, tokens) in group { #expect(tokens == wanted[seed]) }
    }
  }

  @Test func `a long prompt is refused before anything is computed`() throws {
    let long = [ChatMessage(role: .user, content: String(repeating: "word ", count: 100))]
    let failure = #expect(throws: GeneratorFailure.self) { try generator.generate(long) }
    guard case .promptTooLong(let found, let allowed) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(found > 100 && allowed == generator.model.context - 1)
    let cut = try generator.generate(long, options: GenerationOptions(maxTokens: 5, overlength: .keepEnd))
    #expect(cut.promptTokens == allowed)
  }

  @Test func `options outside their range and no message are refused`() {
    #expect(throws: GeneratorFailure.badOption(name: "max_tokens", found: "0", allowed: "1 or more")) {
      try generator.generate(question, options: GenerationOptions(maxTokens: 0))
    }
    #expect(throws: GeneratorFailure.emptyPrompt) { try generator.generate([]) }
    #expect(throws: GeneratorFailure.emptyPrompt) {
      try generator.generate([ChatMessage(role: .user, content: "")], options: GenerationOptions(template: .plain))
    }
  }

  @Test func `an unknown chat template needs a name and an absent one means plain text`() throws {
    let unknown = try Generator(AlteredModel(strings: ["tokenizer.chat_template": "### Human"]).file("tiny-qwen2"))
    #expect(unknown.templateFamily == nil)
    #expect(
      throws: GeneratorFailure.unknownChatTemplate(file: "tiny-qwen2", allowed: ChatTemplateFamily.names)
    ) { try unknown.generate(question) }
    #expect(
      try unknown.generate(question, options: GenerationOptions(maxTokens: 2, template: .zephyr)).promptTokens > 0)
    let absent = try Generator(AlteredModel(removedKeys: ["tokenizer.chat_template"]).file("tiny-qwen2"))
    #expect(absent.templateFamily == .plain)
    #expect(try absent.generate(question, options: GenerationOptions(maxTokens: 2)).completionTokens > 0)
  }

  @Test func `the file's limit for answers becomes the probe's`() throws {
    #expect(generator.probe == AnswerProbe())
    let limited = try Generator(AlteredModel(floats: [AnswerProbe.leastMeanKey: -1.5]).file("tiny-llama"))
    #expect(limited.probe == AnswerProbe(leastMeanLogProbability: -1.5))
  }

  @Test func `weights that are not numbers end the answer with an error`() throws {
    var rows = [Float](repeating: 0.1, count: 272 * 64)
    rows[5] = .nan
    let broken = try Generator(AlteredModel(replacedTensors: ["output.weight": rows]).file("tiny-llama"))
    #expect(throws: GeneratorFailure.notANumber(file: "tiny-llama")) { try broken.generate(question) }
  }
}
