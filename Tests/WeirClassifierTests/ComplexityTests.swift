import Testing

@testable import WeirClassifier

@Suite struct ComplexityTests {
  private static func value(
    _ text: String, tokens: Int = 10, context: Int = 0, maxTokens: Int? = nil,
    weights: Complexity.Weights = Complexity.Weights(), terms: Set<String> = []
  ) -> Double {
    Complexity(
      of: text, .init(tokens: tokens, contextTokens: context, maxTokens: maxTokens), weights: weights, terms: terms
    ).value
  }

  private static func only(_ factor: Complexity.Factor) -> Complexity.Weights {
    Complexity.Weights(
      length: factor == .length ? 1 : 0, reasoning: factor == .reasoning ? 1 : 0, domain: factor == .domain ? 1 : 0,
      context: factor == .context ? 1 : 0, output: factor == .output ? 1 : 0)
  }

  @Test func `an empty or short prompt is simple`() {
    #expect(Self.value("", tokens: 0) == 0)
    #expect(Self.value("cancel my order", tokens: 3) < 0.01)
  }

  @Test func `each factor grows with what it counts, and ends at 1`() {
    #expect(Self.value("x", tokens: 128, weights: Self.only(.length)) == 0.5)
    #expect(Self.value("x", tokens: 1000, weights: Self.only(.length)) == 1)
    #expect(Self.value("Why is it so?", weights: Self.only(.reasoning)) > 0.3)
    #expect(Self.value("Explain why, compare both, and prove it.", weights: Self.only(.reasoning)) == 1)
    #expect(Self.value("Is the plaintiff liable under the statute?", weights: Self.only(.domain)) == 0.5)
    #expect(Self.value("fix ```let x```", weights: Self.only(.domain)) == 1)
    #expect(Self.value("And then?", context: 512, weights: Self.only(.context)) == 0.5)
    #expect(Self.value("- a\n- b\n", weights: Self.only(.context)) == 0.25)
    #expect(Self.value("x", maxTokens: 256, weights: Self.only(.output)) == 0.25)
    #expect(Self.value("Write a detailed essay", weights: Self.only(.output)) == 1)
    // The request's own word counts, not its wording.
    #expect(Self.value("Write a detailed essay", maxTokens: 0, weights: Self.only(.output)) == 0)
  }

  @Test func `an operator's own terms count like those of the list`() {
    let text = "The grommet needs a new ferrule."
    #expect(Self.value(text, weights: Self.only(.domain)) == 0)
    #expect(Self.value(text, weights: Self.only(.domain), terms: ["grommet", "ferrule"]) == 0.5)
  }

  @Test func `only the ratios of the weights matter`() {
    let text = "Explain the statute - why does it bind 3 parties?"
    let weights = Complexity.Weights(length: 1, reasoning: 2, domain: 3, context: 4, output: 5)
    let doubled = Complexity.Weights(length: 2, reasoning: 4, domain: 6, context: 8, output: 10)
    #expect(abs(Self.value(text, weights: weights) - Self.value(text, weights: doubled)) < 1e-12)
    #expect(Self.value(text, weights: .init(length: 0, reasoning: 0, domain: 0, context: 0, output: 0)) == 0)
  }

  @Test func `the shares of the factors add up to the complexity`() {
    let found = Complexity(
      of: "Compare plans A and B, and explain the tax of 1,000.50. Which is cheaper? Why?", .init(tokens: 60))
    #expect(abs(found.shares.reduce(0, +) - found.value) < 1e-12)
    #expect(found.shares.count == Complexity.Factor.allCases.count)
  }

  @Test func `signals are counted as a person would`() {
    let text = "Compare these:\n- plan A, 1,000.50 a month\n- plan B\n2. neither\nWhich is cheaper? And why? Explain."
    let found = ComplexityScan(text)
    #expect(found.listItems == 3)
    #expect(found.questions == 2)
    #expect(found.numbers == 2)
    #expect(found.sentences == 7)
    #expect(found.reasoningWords == 3)
    #expect(!found.hasCode)
  }

  @Test func `code is seen by its fence or its symbols`() {
    #expect(ComplexityScan("fix ```let x```").hasCode)
    #expect(ComplexityScan("if (a == b) { c = d; e = f; }").hasCode)
    #expect(!ComplexityScan("a - b; well, c.").hasCode)
  }

  @Test func `more of any signal never lowers the estimate, and 1 is the most`() {
    var text = "Why is 1 so?"
    var last = Self.value(text, tokens: 5)
    for round in 1...40 {
      text += "\n- Why is \(round) so? Write a detailed report ```{}```"
      let value = Self.value(text, tokens: 5 + 10 * round, context: 50 * round)
      #expect(value >= last && value <= 1)
      last = value
    }
    #expect(last > 0.99)
  }

  @Test func `repeated marks do not count without words between`() {
    let found = ComplexityScan("Really??? No... Yes!!!")
    #expect(found.questions == 1)
    #expect(found.sentences == 3)
  }

  @Test func `a word without end is no word`() {
    #expect(ComplexityScan(String(repeating: "why", count: 100_000)).reasoningWords == 0)
  }
}
