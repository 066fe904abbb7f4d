import Testing

@testable import WeirClassifier

@Suite struct ComplexityTests {
  @Test func `an empty or short prompt is simple`() {
    #expect(Complexity(of: "", tokens: 0).value == 0)
    #expect(Complexity(of: "cancel my order", tokens: 3).value < 0.01)
  }

  @Test func `signals are counted as a person would`() {
    let text = "Compare these:\n- plan A, 1,000.50 a month\n- plan B\n2. neither\nWhich is cheaper? And why? Explain."
    let found = Complexity(of: text, tokens: 30)
    #expect(found.listItems == 3)
    #expect(found.questions == 2)
    #expect(found.numbers == 2)
    #expect(found.sentences == 7)
    #expect(!found.hasCode)
  }

  @Test func `code is seen by its fence or its symbols`() {
    #expect(Complexity(of: "fix ```let x```", tokens: 5).hasCode)
    #expect(Complexity(of: "if (a == b) { c = d; e = f; }", tokens: 20).hasCode)
    #expect(!Complexity(of: "a - b; well, c.", tokens: 5).hasCode)
  }

  @Test func `more of any signal never lowers the estimate, and 1 is the most`() {
    var text = "Why is 1 so?"
    var last = Complexity(of: text, tokens: 5).value
    for round in 1...40 {
      text += "\n- Why is \(round) so? ```{}```"
      let value = Complexity(of: text, tokens: 5 + 10 * round).value
      #expect(value >= last && value <= 1)
      last = value
    }
    #expect(last > 0.99)
  }

  @Test func `repeated marks do not count without words between`() {
    let found = Complexity(of: "Really??? No... Yes!!!", tokens: 6)
    #expect(found.questions == 1)
    #expect(found.sentences == 3)
  }
}
