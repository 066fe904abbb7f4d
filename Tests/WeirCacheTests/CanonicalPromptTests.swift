import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirCache

@Suite struct CanonicalPromptTests {
  private func canonical(_ text: String) -> String { CanonicalPrompt.canonical(text) }

  @Test func `white space in flowing text collapses and its ends go`() {
    #expect(canonical("  how\t do \u{A0}I\u{3000}pay ") == "how do I pay")
    #expect(canonical("first \r\n \r\nsecond") == "first\nsecond")
    #expect(canonical("first\n\nsecond  line\n") == "first\nsecond line")
    #expect(canonical(" \n ") == "")
  }

  @Test func `indentation keeps programs apart`() {
    let inside = "if a:\n  b()\n  c()"
    let outside = "if a:\n  b()\nc()"
    #expect(canonical(inside) != canonical(outside))
    #expect(canonical("if a:  \r\n  b()\r\n  c()  ") == canonical(inside))
    #expect(canonical("\n  first\r\n\r\n second ") == "first\n\n second")
    #expect(canonical("x\n```\na  b\n```") == "x\n```\na  b\n```")
  }

  @Test func `composed and decomposed letters meet, look-alikes and symbols do not`() {
    #expect(canonical("caf\u{E9}") == canonical("cafe\u{301}"))
    #expect(Array(canonical("cafe\u{301}").unicodeScalars) == Array("caf\u{E9}".unicodeScalars))
    #expect(canonical("\u{212B}") == "\u{C5}")
    #expect(Array(canonical("\u{FF21}").unicodeScalars) == Array("\u{FF21}".unicodeScalars))
    #expect(Set(["C", "C++", "C#"].map(canonical)).count == 3)
    #expect(canonical("Ann") != canonical("ann"))
  }

  @Test func `canonical text is its own canonical form, for random texts`() {
    let pieces = [
      "a", "B", " ", "  ", "\n", "\r\n", "\t", "e\u{301}", "\u{200D}", "```", "\0", "\u{2028}", "é", "한", "ᄒ", "ᅡ",
    ]
    var random = SeededRandom(seed: 11)
    for _ in 0..<3_000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let once = canonical(text)
      #expect(Array(canonical(once).utf8) == Array(once.utf8), "\(text.debugDescription)")
    }
  }

  @Test func `case is folded where asked for`() {
    let messages = [ChatMessage(role: .user, content: "How Do I Pay")]
    #expect(CanonicalPrompt(messages, foldingCase: true).lastUserTurn == "how do i pay")
  }

  @Test func `the context is every turn but the last user one`() {
    let canonical = CanonicalPrompt([
      ChatMessage(role: .system, content: "be brief"), ChatMessage(role: .user, content: "one"),
      ChatMessage(role: .assistant, content: "two"), ChatMessage(role: .user, content: "three"),
    ])
    #expect(canonical.lastUserTurn == "three")
    #expect(canonical.context.map(\.content) == ["be brief", "one", "two"])
  }
}
