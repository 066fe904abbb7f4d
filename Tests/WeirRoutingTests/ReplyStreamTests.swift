import Testing
import WeirDomain
import WeirRouting
import WeirTestSupport

@Suite struct ReplyStreamTests {
  private let usage = TokenUsage(prompt: 3, completion: 5)

  private func texts(_ answer: String) -> [String] {
    ReplyStream(answer, usage: usage).compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  @Test func `words come with the white space before them, and usage comes last`() {
    let pieces = Array(ReplyStream("To pay,  click\n\nhere.", usage: usage))
    #expect(pieces == [.text("To"), .text(" pay,"), .text("  click"), .text("\n\nhere."), .end(usage)])
    #expect(Array(ReplyStream("", usage: usage)) == [.end(usage)])
  }

  @Test func `text without white space is cut at a bounded length`() {
    let pieces = texts(String(repeating: "漢", count: 40) + String(repeating: " ", count: 40))
    #expect(pieces.map(\.count) == [16, 16, 8, 16, 16, 8])
  }

  @Test func `no character is cut, for random texts of many scalars`() {
    let parts = [
      "a", "word", " ", "\n", "\r\n", "e\u{301}", "👨‍👩‍👧‍👦", "🇩🇪", "🇫🇷", "\u{200D}", "한", "ᄒ", "ᅡ", "क्ष", "\0",
      "a" + String(repeating: "\u{316}", count: 40), "\u{1F3FD}", "👍",
    ]
    var random = SeededRandom(seed: 21)
    for _ in 0..<500 {
      let answer = (0..<Int.random(in: 0...60, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
        .joined()
      let pieces = texts(answer)
      #expect(Array(pieces.joined().utf8) == Array(answer.utf8))
      #expect(pieces.reduce(0) { $0 + $1.count } == answer.count, "\(answer.debugDescription)")
      #expect(pieces.allSatisfy { !$0.isEmpty && $0.count <= 16 })
    }
  }

  @Test func `a long answer takes time in proportion to its length`() {
    var pieces = 0
    for piece in ReplyStream(String(repeating: "word ", count: 20_000), usage: usage) {
      if case .text = piece { pieces += 1 }
    }
    #expect(pieces == 20_001)
  }
}
