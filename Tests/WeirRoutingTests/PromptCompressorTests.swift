import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirRouting

@Suite("A prompt compressor")
struct PromptCompressorTests {
  private func user(_ text: String) -> ChatMessage { ChatMessage(role: .user, content: text) }
  private func assistant(_ text: String) -> ChatMessage { ChatMessage(role: .assistant, content: text) }

  @Test func `squeezes white space in prose and leaves code, quotes and tables`() {
    let text = """
      Hello   there,  friend.  \n\n\n
        - an  item
      ```swift
      let  x   = 1


      let y = 2
      ```
      > quoted   words
          indented   code
      | a   | b |
      The   end.\n\n
      """
    #expect(
      Prose.squeezed(text) == """
        Hello there, friend.

          - an item
        ```swift
        let  x   = 1


        let y = 2
        ```
        > quoted   words
            indented   code
        | a   | b |
        The end.
        """)
  }

  @Test func `squeezing keeps every word in its order, and twice is once`() {
    var random = SeededRandom(seed: 21)
    let parts = ["a", "bee", " ", "  ", "\n", "\n\n\n", "```", "> ", "    ", "\t", "|", "é", "\r\n", "."]
    for _ in 0..<3_000 {
      let text = (0..<Int(random.next() % 30)).map { _ in parts[Int(random.next() % UInt64(parts.count))] }.joined()
      let squeezed = Prose.squeezed(text)
      #expect(squeezed.split(whereSeparator: \.isWhitespace) == text.split(whereSeparator: \.isWhitespace))
      #expect(Prose.squeezed(squeezed) == squeezed, "\(text.debugDescription)")
      #expect(squeezed.utf8.count <= text.utf8.count)
    }
  }

  @Test func `never touches the system message, the last user turn, and data`() throws {
    let messages = [
      ChatMessage(role: .system, content: "Be   brief.\n\n\n\nAlways."), user("{\"a\":   1,\n\n\n\"b\":  2}"),
      assistant("Some    words."), user("The   last   turn."),
    ]
    let compressor = PromptCompressor(repeats: true, oldTurns: true, maxTokens: 1_000)
    let found = try compressor.compress(messages) { _ in 0 }
    #expect(found.messages == [messages[0], messages[1], assistant("Some words."), messages[3]])
    #expect(found.loss == 0)
    #expect(found.tokensAfter <= found.tokensBefore)
  }

  @Test func `leaves only the last of repeated paragraphs`() throws {
    let disclaimer = "This message is confidential and meant for the person it names only."
    let messages = [
      user("First question.\n\n\(disclaimer)"), assistant("First answer."), user("Second.\n\n\(disclaimer)\n\nRegards"),
      assistant("Second answer."), user("Third.\n\n\(disclaimer)"),
    ]
    let found = try PromptCompressor(repeats: true).compress(messages) { _ in 0 }
    #expect(
      found.messages.map(\.content) == [
        "First question.\n\n[repeated below]", "First answer.", "Second.\n\n[repeated below]\n\nRegards",
        "Second answer.", "Third.\n\n\(disclaimer)",
      ])
    #expect(try PromptCompressor().compress(messages) { _ in 0 }.messages == messages)
  }

  private static let turns = (0..<10).map { index in
    ChatMessage(
      role: index.isMultiple(of: 2) ? .user : .assistant,
      content: "Turn number \(index) talks about topic \(index) with enough distinct content words to matter here.")
  }
  private static var conversation: [ChatMessage] { turns + [ChatMessage(role: .user, content: "And topic 3?")] }

  @Test func `drops the least relevant turns until the limit holds, and marks the place`() throws {
    let before = PromptCompressor.tokens(of: Self.conversation)
    let compressor = PromptCompressor(oldTurns: true, maxTokens: before - 60, maxLoss: 0.5)
    let found = try compressor.compress(Self.conversation) { $0.contains("topic 3") ? 1 : 0 }
    #expect(found.tokensAfter <= before - 60)
    #expect(found.messages.contains { $0.content.contains("topic 3 ") })
    #expect(found.messages.last == Self.conversation.last)
    #expect(found.messages.first?.content == "[3 earlier turns were left out]")
    #expect(found.loss > 0 && found.loss <= 0.5)
  }

  @Test func `cuts a long turn at a sentence rather than dropping it`() throws {
    let long = (0..<40).map { "Sentence \($0) tells something of its own." }.joined(separator: " ")
    let messages = [user(long), assistant("Fine."), user("Go on.")]
    let before = PromptCompressor.tokens(of: messages)
    let found = try PromptCompressor(oldTurns: true, maxTokens: before - 100, maxLoss: 0.5).compress(messages) { _ in 0
    }
    let head = try #require(found.messages.first?.content)
    #expect(head.hasPrefix("Sentence 0 tells") && head.hasSuffix(". \(PromptCompressor.cutMark)"))
    #expect(found.tokensAfter <= before - 100 && found.messages.count == 3)
  }

  @Test func `says when the limit cannot hold within the stated loss`() {
    let before = PromptCompressor.tokens(of: Self.conversation)
    let strict = PromptCompressor(oldTurns: true, maxTokens: before / 2, maxLoss: 0.1)
    #expect(throws: PromptCompressor.Failure.self) { try strict.compress(Self.conversation) { _ in 0 } }
    let off = PromptCompressor(maxTokens: before / 2)
    #expect(throws: PromptCompressor.Failure(tokens: before, allowed: before / 2, maxLoss: 0.3, dropsOldTurns: false)) {
      try off.compress(Self.conversation) { _ in 0 }
    }
  }

  @Test func `keeps limit, loss and order over random conversations`() {
    var random = SeededRandom(seed: 4)
    var fitted = 0
    for _ in 0..<400 {
      let messages = (0..<Int(1 + random.next() % 12)).map { index in
        ChatMessage(
          role: [.user, .assistant, .system][Int(random.next() % 8) % 3],
          content: (0..<Int(random.next() % 120)).map { "w\(random.next() % 50)\(($0 % 9 == 0) ? "." : "")" }.joined(
            separator: " "))
      }
      let before = PromptCompressor.tokens(of: messages)
      let compressor = PromptCompressor(
        repeats: random.next() % 2 == 0, oldTurns: true, maxTokens: max(1, before * Int(random.next() % 10) / 10),
        maxLoss: Double(random.next() % 10) / 10)
      guard let found = try? compressor.compress(messages, relevance: { Double($0.utf8.count % 7) / 7 }) else {
        continue
      }
      fitted += 1
      #expect(found.tokensAfter <= compressor.maxTokens ?? 0)
      #expect(found.loss <= compressor.maxLoss)
      #expect(found.messages.filter { $0.role == .system } == messages.filter { $0.role == .system })
      #expect(
        found.messages.last { $0.role == .user } == messages.last { $0.role == .user }
          || !messages.contains { $0.role == .user })
    }
    #expect(fitted > 40)
  }
}
