import Testing
import WeirDomain
import WeirGenerator
import WeirModelFiles

/// Small trained models beside what llama.cpp does with them: ids, text and first logits of a greedy answer.
@Suite(.enabled(if: References.weights != nil))
struct RealWeightsTests {
  struct Golden: Decodable {
    var prompt: String
    var n_prompt: Int
    /// The prompt's ids, then the answer's.
    var ids: [Int32]
    var text: String
    /// Logits after the prompt.
    var first_logits: [Float]
  }

  static let names = [
    "stories260K/stories260K-f32", "babyllama105/babyllama105-f32", "babyllama105/babyllama105-q8_0",
    "babyllama105/babyllama105-q4_0", "babyllama105/babyllama105-q5_0",
  ]

  private func golden(_ name: String) throws -> (GeneratorModel, Golden) {
    let path = "\(References.weights ?? "")/\(name)"
    return (
      try References.model(path + ".gguf"), try References.decode(Golden.self, path + ".golden.json")
    )
  }

  @Test(arguments: names)
  func `first logits and, fed with its ids, best tokens are llama.cpp's`(name: String) throws {
    let (model, golden) = try golden(name)
    let session = GeneratorSession(model)
    try session.prefill(Array(golden.ids.prefix(golden.n_prompt)))
    let error = zip(session.logits, golden.first_logits).map { abs($0 - $1) }.max() ?? .infinity
    // llama.cpp keeps keys and values in F16 and rounds activations in its own blocks.
    let bound: Float = name.hasSuffix("f32") ? 0.02 : 0.25
    #expect(error < bound, "largest difference \(error)")

    // Of two tokens whose logits are this close, either may be the best.
    let margin: Float = name.hasSuffix("f32") ? 0 : 0.25
    for id in golden.ids.dropFirst(golden.n_prompt) {
      let summary = LogitSummary(session.logits.span)
      let behind = session.logits[Int(summary.best)] - session.logits[Int(id)]
      #expect(behind <= margin, "token \(id) is \(behind) behind \(summary.best)")
      if session.tokens.count < golden.ids.count { try session.decode(id) }
    }
  }

  @Test(arguments: names.filter { $0.hasSuffix("f32") || $0.hasSuffix("q8_0") })
  func `the answer's text and tokens are llama.cpp's`(name: String) throws {
    let path = "\(References.weights ?? "")/\(name)"
    let generator = try Generator(GGUFFile(path: path + ".gguf"))
    let golden = try References.decode(Golden.self, path + ".golden.json")
    let prompt = [ChatMessage(role: .user, content: golden.prompt)]
    let wanted = Array(golden.ids.dropFirst(golden.n_prompt))
    #expect(generator.templateFamily == .plain)
    #expect(try generator.promptTokens(prompt) == Array(golden.ids.prefix(golden.n_prompt)))
    let answer = try generator.generate(prompt, options: GenerationOptions(maxTokens: wanted.count))
    #expect(answer.tokens == wanted)
    #expect(answer.text == golden.text)
    #expect(answer.finish == .length)
    #expect(AnswerProbe().judge(answer) == .rejected(.cutOff(.length)))
  }
}
