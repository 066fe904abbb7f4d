import Foundation
import Testing
import WeirDomain
import WeirModelFiles
import WeirTensor
import WeirTestSupport

@testable import WeirGenerator

/// Guessing ahead, sharing passes and reusing prefixes change how fast an answer comes, never the answer.
struct SpeculationTests {
  private let path = References.fixture("tiny-llama.gguf")

  private func generator(_ execution: GeneratorExecution) throws -> Generator {
    try Generator(GGUFFile(path: path), execution: execution)
  }

  private func question(_ number: Int) -> [ChatMessage] {
    [ChatMessage(role: .user, content: "where is order \(number)? order \(number) is late, order \(number)")]
  }

  private func options(_ seed: UInt64, temperature: Float) -> GenerationOptions {
    var sampling = SamplingOptions(temperature: temperature, topK: 0, topP: 1, minP: 0, seed: seed)
    if seed.isMultiple(of: 3) { sampling.repetitionPenalty = 1.2 }
    return GenerationOptions(sampling: sampling, maxTokens: Int(seed % 40) + 1)
  }

  private func expectSame(_ found: Generation, _ plain: Generation) {
    #expect(found.tokens == plain.tokens)
    #expect(found.text == plain.text)
    #expect(found.finish == plain.finish)
    #expect(found.meanLogProbability == plain.meanLogProbability)
    #expect(found.leastLogProbability == plain.leastLogProbability)
    #expect(found.signals == plain.signals)
  }

  @Test func `an answer with guesses is the answer without, greedy and by chance`() throws {
    let plain = try generator(GeneratorExecution(prefixBytes: 0, speculates: false))
    let guessing = try generator(GeneratorExecution(prefixBytes: 0))
    let drafting = try generator(GeneratorExecution(prefixBytes: 0, draft: GGUFFile(path: path)))
    var (guessed, held, wrong) = (0, 0, 0)
    for seed: UInt64 in 1...60 {
      let options = options(seed, temperature: seed.isMultiple(of: 2) ? 0 : 0.7)
      let expected = try plain.generate(question(Int(seed % 4)), options: options)
      #expect(expected.guessedTokens == 0)
      for generator in [guessing, drafting] {
        let answer = try generator.generate(question(Int(seed % 4)), options: options)
        expectSame(answer, expected)
        guessed += answer.guessedTokens
        held += answer.heldTokens
        wrong += answer.guessedTokens - answer.heldTokens
      }
    }
    // All ways were taken: guesses that held, and guesses that did not.
    #expect(held > 100 && wrong > 20, "\(guessed) guessed, \(held) held")
  }

  @Test func `a draft model of another vocabulary is refused`() throws {
    let other = try GGUFFile(path: References.fixture("tiny-gemma.gguf"))
    #expect(throws: GeneratorFailure.self) { _ = try generator(GeneratorExecution(draft: other)) }
  }

  @Test func `a reply that comes again is guessed nearly whole`() throws {
    let generator = try generator(GeneratorExecution())
    let options = GenerationOptions(maxTokens: 40)
    var last: Generation?
    for _ in 0..<3 {
      let answer = try generator.generate(question(1), options: options)
      if let last { expectSame(answer, last) }
      last = answer
    }
    let answer = try #require(last)
    #expect(answer.heldTokens * 2 > answer.completionTokens, "\(answer.heldTokens) of \(answer.completionTokens) held")
  }

  @Test func `answers at the same time are those of one after another`() async throws {
    let alone = try generator(GeneratorExecution(prefixBytes: 0, speculates: false))
    let together = try generator(GeneratorExecution(pool: ComputePool(threads: 2)))
    let expected = try (0..<24).map { number in
      try alone.generate(question(number % 5), options: options(UInt64(number), temperature: 0.8))
    }
    let found = await withTaskGroup(of: (Int, Generation?).self) { group in
      for number in 0..<24 {
        group.addTask {
          await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
              continuation.resume(
                returning: (
                  number,
                  try? together.generate(
                    self.question(number % 5), options: self.options(UInt64(number), temperature: 0.8))
                ))
            }
          }
        }
      }
      var found = [Generation?](repeating: nil, count: 24)
      for await (number, answer) in group { found[number] = answer }
      return found
    }
    for (answer, plain) in zip(found, expected) { expectSame(try #require(answer), plain) }
  }

  @Test func `steps of several sessions in one pass give each what it gets alone`() throws {
    let model = try References.model(path)
    let pass = ForwardPass(model, kernels: .active, pool: ComputePool(threads: 2), capacity: 80)
    let texts: [[Int32]] = [[1, 5, 9, 12, 7], Array(repeating: 4, count: 50), [3], [8, 2, 2, 11]]
    let lane = StepLane(model)
    let sessions = texts.map { _ in GeneratorSession(lane: lane) }
    let rows = [2, 1, 1, 4]
    pass.run(
      zip(sessions, zip(texts, rows)).map {
        SequenceStep(session: $0.0, tokens: $0.1.0[...], logitRows: $0.1.1)
      })
    for (session, (text, count)) in zip(sessions, zip(texts, rows)) {
      for row in 0..<count {
        let alone = GeneratorSession(model)
        try alone.prefill(Array(text.prefix(text.count - count + row + 1)))
        #expect(session.logits(row: row) == alone.logits)
        #expect(session.state(row: row).array == alone.state.array)
      }
      #expect(session.tokens == text)
    }
  }
}
