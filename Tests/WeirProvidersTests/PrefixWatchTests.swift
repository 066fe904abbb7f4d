import Testing
import WeirDomain

@testable import WeirProviders

@Suite("What is marked for a provider's prompt cache")
struct PrefixWatchTests {
  /// About `tokens` tokens.
  private func text(_ tokens: Int, _ letter: String = "x") -> String { String(repeating: letter, count: tokens * 4) }

  private func request(_ turns: (ChatMessage.Role, String)..., model: String = "m") -> CompletionRequest {
    CompletionRequest(
      messages: turns.map { ChatMessage(role: $0.0, content: $0.1) }, settings: ModelSettings(model: model))
  }

  @Test func `a beginning is marked once it comes again`() {
    var watch = PrefixWatch()
    let long = text(1024)
    #expect(watch.marks(for: request((.system, long), (.user, "a")), least: 1024, at: .zero).prefix == false)
    #expect(watch.marks(for: request((.system, long), (.user, "b")), least: 1024, at: .seconds(1)).prefix)
    #expect(watch.marks(for: request((.system, long), (.user, "b")), least: 1024, at: .seconds(300)).prefix)
    // Nothing is left of it after five minutes without a request.
    #expect(watch.marks(for: request((.system, long), (.user, "b")), least: 1024, at: .seconds(601)).prefix == false)
  }

  @Test func `a beginning that is short, other, or of another model is not`() {
    var watch = PrefixWatch()
    let long = text(1024)
    _ = watch.marks(for: request((.system, long), (.user, "a")), least: 1024, at: .zero)
    #expect(!watch.marks(for: request((.system, long + "y"), (.user, "a")), least: 1024, at: .zero).prefix)
    #expect(!watch.marks(for: request((.system, long), (.user, "a"), model: "n"), least: 1024, at: .zero).prefix)
    for _ in 0..<3 {
      #expect(watch.marks(for: request((.system, text(900)), (.user, "a")), least: 1024, at: .zero) == .none)
    }
    #expect(!watch.marks(for: request((.user, long)), least: 1024, at: .zero).prefix)
  }

  @Test func `a conversation is marked where it goes on`() {
    var watch = PrefixWatch()
    let long = text(2000)
    #expect(!watch.marks(for: request((.user, long)), least: 1024, at: .zero).conversation)
    let second = request((.user, long), (.assistant, "b"), (.user, "c"))
    #expect(watch.marks(for: second, least: 1024, at: .seconds(60)).conversation)
    let third = request((.user, long), (.assistant, "b"), (.user, "c"), (.assistant, "d"), (.user, "e"))
    #expect(watch.marks(for: third, least: 1024, at: .seconds(120)).conversation)
    let other = request((.user, long + "!"), (.assistant, "b"), (.user, "c"))
    #expect(!watch.marks(for: other, least: 1024, at: .seconds(120)).conversation)
  }

  @Test func `tools are part of the beginning`() throws {
    var watch = PrefixWatch()
    func asked(_ tool: String) throws -> CompletionRequest {
      var request = request((.user, "a"))
      let tool = JSONText.object([("type", JSONText(string: "function")), ("about", JSONText(string: tool))])
      try request.settings.pass("tools", .array([tool]))
      return request
    }
    _ = watch.marks(for: try asked(text(1100)), least: 1024, at: .zero)
    #expect(watch.marks(for: try asked(text(1100)), least: 1024, at: .zero).prefix)
    #expect(!watch.marks(for: try asked(text(1100, "y")), least: 1024, at: .zero).prefix)
  }

  @Test func `the key is the same for the same beginning, and no text`() {
    var watch = PrefixWatch()
    let keys = ["a", "b"].map {
      watch.marks(for: request((.system, text(1100, "secret ")), (.user, $0)), least: 1024, at: .zero).key
    }
    #expect(keys[0] != nil && keys[0] == keys[1])
    #expect(keys[0]?.utf8.count == 21)
  }

  @Test func `memory is bounded`() {
    var watch = PrefixWatch(most: 10)
    let first = request((.system, text(1100, "0")), (.user, "a"))
    _ = watch.marks(for: first, least: 1024, at: .zero)
    for number in 0..<20 {
      _ = watch.marks(for: request((.system, text(1100) + "\(number)"), (.user, "a")), least: 1024, at: .seconds(1))
    }
    #expect(!watch.marks(for: first, least: 1024, at: .seconds(1)).prefix)
  }
}
