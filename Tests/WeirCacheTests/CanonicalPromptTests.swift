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

  @Test func `the quick way for plain prompts and the whole one agree`() {
    let pieces = ["a", "Z", " ", "  ", "\n", "\t", "\r", "\u{1C}", "\0", "~", "é", "\u{A0}", "."]
    var random = SeededRandom(seed: 12)
    var plain = 0
    for _ in 0..<3_000 {
      let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      guard PlainText.isCanonical(text) else { continue }
      plain += 1
      #expect(Array(PlainText.collapsing(text).utf8) == Array(text.utf8), "\(text.debugDescription)")
      #expect(Array(PlainText.trimmingLines(text).utf8) == Array(text.utf8), "\(text.debugDescription)")
    }
    #expect(plain > 500)
    #expect(PlainText.isCanonical("") && !PlainText.isCanonical(" ") && !PlainText.isCanonical("a "))
  }

  @Test func `folded text is its own folded form, for letters that compose when small`() {
    for text in ["J\u{30C}", "\u{130}", "\u{1E9E}\u{301}", "ΑΣ", "\u{1F88}", "Ǆ\u{323}"] {
      func folded(_ text: String) -> String {
        CanonicalPrompt([ChatMessage(role: .user, content: text)], foldingCase: true).lastUserTurn
      }
      #expect(Array(folded(folded(text)).utf8) == Array(folded(text).utf8), "\(text.debugDescription)")
    }
  }

  @Test func `runs of marks are put in order within the bound, and left alone beyond it`() {
    func mixed(_ pairs: Int) -> String { "e" + String(repeating: "\u{301}\u{316}", count: pairs) }
    let most = CanonicalPrompt.mostMarks
    let ordered =
      "é" + String(repeating: "\u{316}", count: most / 2)
      + String(repeating: "\u{301}", count: most / 2 - 1)
    #expect(Array(canonical(mixed(most / 2)).utf8) == Array(canonical(ordered).utf8))
    #expect(!CanonicalPrompt.isHostile(mixed(most / 2)))
    // The library sorts a run in time that grows with its square: what comes out as it went in was not sorted.
    let hostile = mixed(most / 2 + 1)
    #expect(CanonicalPrompt.isHostile(hostile))
    #expect(Array(canonical(hostile).utf8) == Array(hostile.utf8))
    #expect(!CanonicalPrompt.isHostile(String(repeating: mixed(1), count: 1_000)))
  }

  @Test func `what cannot be seen keeps texts apart`() {
    let base = "transfer 100 to ann"
    let hidden = ["\u{200B}", "\u{200D}", "\u{202E}", "\u{2066}", "\u{FEFF}", "\u{AD}", "\0", "\u{1D}"]
    let texts = [base] + hidden.map { base.replacing(" to", with: $0 + " to") }
    #expect(Set(texts.map { Array(canonical($0).utf8) }).count == texts.count)
    // A lone surrogate cannot stand in a Swift text: it arrives as U+FFFD, which is a text of its own.
    let broken = String(decoding: Array("a".utf8) + [0xED, 0xA0, 0x80], as: UTF8.self)
    #expect(canonical(broken) != canonical("a"))
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
