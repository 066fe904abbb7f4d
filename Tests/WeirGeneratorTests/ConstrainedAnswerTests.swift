import Testing
import WeirDomain
import WeirGenerator
import WeirGrammar
import WeirModelFiles

/// Answers of a random model, which would never write JSON by itself.
struct ConstrainedAnswerTests {
  private let file: GGUFFile
  private let generator: Generator
  private let question = [ChatMessage(role: .user, content: "where is my order?")]

  init() throws {
    file = try GGUFFile(path: References.fixture("tiny-llama.gguf"))
    generator = try Generator(file)
  }

  private func options(_ grammar: Grammar, _ seed: UInt64, temperature: Float = 1, maxTokens: Int = 200)
    -> GenerationOptions
  {
    GenerationOptions(
      sampling: SamplingOptions(
        temperature: temperature, topK: 0, topP: 0.95, minP: 0, repetitionPenalty: 1.1, seed: seed),
      maxTokens: maxTokens, grammar: grammar)
  }

  private static let schema = """
    {"type":"object","properties":{"intent":{"enum":["refund","cancel","track"]},"urgent":{"type":"boolean"},\
    "count":{"type":"integer","minimum":0,"maximum":99},"note":{"type":"string","maxLength":12}},\
    "required":["intent","urgent","count","note"],"additionalProperties":false}
    """

  @Test func `every answer that ends is JSON of the schema`() throws {
    let grammar = try Grammar(jsonSchema: Self.schema)
    for seed: UInt64 in 1...30 {
      for temperature: Float in [0, 0.7, 2] {
        let answer = try generator.generate(question, options: options(grammar, seed, temperature: temperature))
        #expect(answer.fitsGrammar == (answer.finish == .stop))
        guard answer.finish == .stop else { continue }
        let value = try JSONReader.read(Array(answer.text.utf8))
        #expect(["refund", "cancel", "track"].contains(value["intent"]?.text))
        #expect((value["count"]?.number).map { (0...99).contains($0) } == true)
        #expect((value["note"]?.text?.unicodeScalars.count).map { $0 <= 12 } == true)
        #expect(answer.text == generator.tokenizer.decode(answer.tokens))
      }
    }
  }

  @Test func `forced text that is read ahead changes no token`() throws {
    let plain = try Generator(file, execution: GeneratorExecution(speculates: false))
    let grammar = try Grammar(jsonSchema: Self.schema)
    var held = 0
    for seed: UInt64 in 1...12 {
      let ahead = try generator.generate(question, options: options(grammar, seed))
      let slow = try plain.generate(question, options: options(grammar, seed))
      #expect(ahead.tokens == slow.tokens && ahead.finish == slow.finish)
      #expect(ahead.meanLogProbability == slow.meanLogProbability)
      held += ahead.heldTokens
    }
    #expect(held > 0)
  }

  @Test func `an answer that is cut does not fit and is not accepted`() throws {
    let grammar = try Grammar(jsonSchema: Self.schema)
    let cut = try generator.generate(question, options: options(grammar, 3, maxTokens: 4))
    #expect(cut.finish == .length && cut.fitsGrammar == false)
    #expect(AnswerProbe().judge(cut) == .rejected(.formatBroken(.length)))
    var stopped = options(grammar, 3)
    stopped.stop = ["\"urgent\""]
    let broken = try generator.generate(question, options: stopped)
    #expect(broken.finish == .stop && broken.fitsGrammar == false)
    #expect(AnswerProbe().judge(broken) == .rejected(.formatBroken(.stop)))
  }

  @Test func `the end comes exactly where the grammar can end`() throws {
    let grammar = try Grammar(text: #"root ::= "ab" "cd"?"#)
    for seed: UInt64 in 1...10 {
      let answer = try generator.generate(question, options: options(grammar, seed))
      #expect(answer.finish == .stop && ["ab", "abcd"].contains(answer.text) && answer.fitsGrammar == true)
    }
    let free = try generator.generate(question, options: GenerationOptions(maxTokens: 3))
    #expect(free.fitsGrammar == nil)
  }

  @Test func `a row without a finite logit among the allowed still gives an allowed token`() throws {
    let masker = try TokenMasker(
      try Grammar(text: #"root ::= "b""#), texts: TokenTexts(vocabularySize: 256) { [UInt8($0)] }, ends: [])
    let mask = try masker.mask(for: masker.start())
    for temperature: Float in [0, 1] {
      for topK in [0, 1, 40] {
        var row = [Float](repeating: 1, count: 256)
        row[98] = -.infinity
        var sampler = Sampler(options: SamplingOptions(temperature: temperature, topK: topK))
        #expect(sampler.next(&row, of: mask) == 98)
      }
    }
  }
}
