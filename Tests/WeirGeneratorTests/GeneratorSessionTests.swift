import Testing
import WeirGenerator
import WeirTensor

struct GeneratorSessionTests {
  static let fixtures = [
    "tiny-llama", "tiny-qwen2", "tiny-mixtral", "tiny-qwen2moe", "tiny-qwen3", "tiny-qwen3moe", "tiny-gemma",
    "tiny-gemma2", "tiny-gemma3",
  ]

  private func reference(_ name: String) throws -> (GeneratorModel, ReferenceLogits) {
    (
      try References.model(References.fixture("\(name).gguf")),
      try References.decode(ReferenceLogits.self, References.fixture("\(name).logits.json"))
    )
  }

  private func deviation(_ values: [Float]) -> Float {
    let mean = values.reduce(0, +) / Float(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
  }

  @Test(arguments: fixtures)
  func `logits agree with an independent double-precision pass over the same weights`(name: String) throws {
    let (model, expected) = try reference(name)
    let session = GeneratorSession(model)
    for (position, id) in expected.ids.enumerated() {
      try session.decode(id)
      guard let row = expected.rows.firstIndex(of: position) else { continue }
      let wanted = expected.logits[row]
      let logits = session.logits
      let error = zip(logits, wanted).map { abs($0 - $1) }.max() ?? .infinity
      // Activations are rounded to 8 bits for quantized matrices; a wrong rotation or bias gives about 1.
      #expect(error < 0.1 * deviation(wanted), "position \(position)")
    }
  }

  @Test(arguments: fixtures)
  func `the numbers do not depend on how the tokens were cut into chunks`(name: String) throws {
    let (model, _) = try reference(name)
    var random = SamplingRandom(seed: 31)
    let ids = (0..<90).map { _ in Int32.random(in: 0..<Int32(model.shape.vocabulary), using: &random) }
    let whole = GeneratorSession(model)
    try whole.prefill(ids)
    let oneByOne = GeneratorSession(model)
    for id in ids { try oneByOne.decode(id) }
    #expect(whole.logits == oneByOne.logits)
    let mixed = GeneratorSession(model)
    try mixed.prefill(Array(ids[..<7]))
    try mixed.prefill(Array(ids[7..<80]))
    for id in ids[80...] { try mixed.decode(id) }
    #expect(whole.logits == mixed.logits)
  }

  @Test(arguments: fixtures)
  func `tokens that were forgotten leave no trace`(name: String) throws {
    let (model, _) = try reference(name)
    let session = GeneratorSession(model)
    try session.prefill([5, 6, 7, 8])
    let logits = session.logits
    try session.prefill([9, 10, 11])
    session.keep(2)
    try session.prefill([7, 8])
    #expect(session.logits == logits)
    #expect(session.tokens == [5, 6, 7, 8])
    session.keep(0)
    try session.prefill([5, 6, 7, 8])
    #expect(session.logits == logits)
  }

  @Test(arguments: fixtures)
  func `every instruction set gives the same logits`(name: String) throws {
    let (model, _) = try reference(name)
    var results: [[Float]] = []
    for kernels in Kernels.available {
      let session = GeneratorSession(model, kernels: kernels)
      try session.prefill([3, 14, 15, 92, 65, 35])
      results.append(session.logits)
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func `the context is a bound that names both numbers`() throws {
    let model = try References.model(References.fixture("tiny-llama.gguf"), contextLimit: 8)
    let session = GeneratorSession(model)
    try session.prefill([1, 2, 3, 4, 5, 6, 7, 8])
    #expect(session.room == 0)
    #expect(throws: GeneratorFailure.promptTooLong(found: 9, allowed: 8)) { try session.decode(1) }
    session.keep(7)
    #expect(throws: Never.self) { try session.decode(1) }
  }

  @Test func `a token outside the vocabulary is refused and nothing is read`() throws {
    let session = GeneratorSession(try References.model(References.fixture("tiny-qwen2.gguf")))
    #expect(throws: GeneratorFailure.badToken(found: 272, allowed: 272)) { try session.prefill([1, 272]) }
    #expect(throws: GeneratorFailure.badToken(found: -1, allowed: 272)) { try session.decode(-1) }
    #expect(throws: GeneratorFailure.emptyPrompt) { try session.prefill([]) }
    #expect(session.tokens.isEmpty)
  }

  @Test func `a cancelled prompt stops at a chunk's border`() throws {
    let session = GeneratorSession(try References.model(References.fixture("tiny-llama.gguf")), chunk: 64)
    var questions = 0
    let whole = try session.prefill(Array(repeating: 4, count: 90)) {
      questions += 1
      return questions == 2
    }
    #expect(!whole)
    #expect(session.tokens.count == 64)
  }

  @Test func `the cache grows with the tokens and not with the context`() throws {
    let model = try References.model(References.fixture("tiny-llama.gguf"))
    let session = GeneratorSession(model)
    // Halves of keys and values.
    let row = 2 * model.shape.layers * model.shape.kvWidth * 2
    #expect(session.cacheBytes == 0)
    try session.decode(1)
    #expect(session.cacheBytes == 64 * row)
    try session.prefill(Array(repeating: 2, count: 64))
    #expect(session.cacheBytes == 128 * row)
  }
}
