import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirCache

extension CachePlan {
  /// The same request without a shared space.
  fileprivate func request(_ text: String) -> RouteRequest {
    RouteRequest(id: "", messages: [ChatMessage(role: .user, content: text)], tenant: tenant)
  }
}

@Suite struct CacheKeyTests {
  private struct Fields: Hashable {
    var tenant = "t"
    var user: String?
    var settings = ModelSettings(model: "m", stop: [])
    var messages = [ChatMessage(role: .user, content: "hi")]
    var key: CacheKey { CacheKey(space: .tenant(tenant), user: user, settings: settings, messages: messages) }
  }

  @Test func `a change of any field is another key`() {
    let changes: [(inout Fields) -> Void] = [
      { $0.tenant = "u" }, { $0.tenant = "" }, { $0.user = "" }, { $0.user = "t" }, { $0.settings.model = "n" },
      { $0.settings.maxTokens = 0 }, { $0.settings.maxTokens = 10 }, { $0.settings.temperature = 0 },
      { $0.settings.temperature = 0.5 }, { $0.settings.topP = 0 }, { $0.settings.topP = 0.5 },
      { $0.settings.seed = 0 }, { $0.settings.seed = 10 }, { $0.settings.stop = [""] },
      { $0.settings.stop = ["a", "b"] }, { $0.settings.stop = ["b", "a"] }, { $0.settings.stop = ["ab"] },
      { $0.settings.format = .jsonObject }, { $0.settings.format = .grammar("root ::= x") },
      { $0.settings.format = .jsonSchema(AnswerSchema(name: "a", schema: "{}")) },
      { $0.settings.format = .jsonSchema(AnswerSchema(name: "b", schema: "{}")) },
      { $0.settings.format = .jsonSchema(AnswerSchema(name: "a", schema: "{}", isStrict: true)) },
      { $0.settings.format = .jsonSchema(AnswerSchema(name: "a", purpose: "", schema: "{}")) },
      { $0.messages = [] }, { $0.messages[0].role = .system }, { $0.messages[0].role = .assistant },
      { $0.messages[0].content = "hi " }, { $0.messages.append(ChatMessage(role: .user, content: "")) },
      { $0.messages.append(ChatMessage(role: .user, content: "hi")) },
    ]
    var keys: Set<CacheKey> = [Fields().key]
    for change in changes {
      var fields = Fields()
      change(&fields)
      #expect(keys.insert(fields.key).inserted, "\(fields)")
    }
  }

  @Test func `random requests have the same key only when they are the same`() throws {
    // Few and short values, so that texts often move between neighbours.
    let texts = ["", "a", "b", "ab", "user", "\0", "system"]
    var random = SeededRandom(seed: 3)
    var seen: [CacheKey: Fields] = [:]
    for _ in 0..<1_000 {
      func text() -> String { texts.randomElement(using: &random) ?? "" }
      var fields = Fields()
      fields.tenant = text()
      fields.user = Bool.random(using: &random) ? text() : nil
      fields.settings.model = text()
      fields.settings.maxTokens = [nil, 0, 1].randomElement(using: &random) ?? nil
      fields.settings.seed = [nil, 0, 1].randomElement(using: &random) ?? nil
      fields.settings.stop = (0..<Int.random(in: 0...2, using: &random)).map { _ in text() }
      fields.messages = (0..<Int.random(in: 0...2, using: &random)).map { _ in
        ChatMessage(
          role: ChatMessage.Role.allCases.randomElement(using: &random) ?? .user, content: text(),
          original: Bool.random(using: &random) ? JSONText(string: text()) : nil)
      }
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let name = ["tools", "a"].randomElement(using: &random) ?? ""
        try fields.settings.pass(
          name, name == "a" ? JSONText(string: text()) : .array([.object([("type", JSONText(string: text()))])]))
      }
      if let other = seen.updateValue(fields, forKey: fields.key) { #expect(other == fields) }
    }
  }

  @Test func `every field that a request's settings have is in the key`() {
    // A field that is added later must be added to the key, or named here as one that changes no answer.
    let settings = Set(Mirror(reflecting: ModelSettings()).children.compactMap(\.label))
    #expect(settings == ["model", "maxTokens", "temperature", "topP", "seed", "stop", "format", "extra"])
    let message = Set(Mirror(reflecting: ChatMessage(role: .user, content: "")).children.compactMap(\.label))
    #expect(message == ["role", "content", "original"])
    let request = Set(Mirror(reflecting: RouteRequest(id: "", messages: [])).children.compactMap(\.label))
    let without = ["id", "feature", "experiment", "priority", "cache", "cacheTerms", "deadlineMilliseconds", "maxCost"]
    #expect(request.subtracting(without) == ["messages", "tenant", "user", "settings"])
  }

  @Test func `tenants meet in the space that they share, and there only with what is nobody's own`() {
    var configuration = CacheConfiguration()
    configuration.sharedSpace = ["a", "b"]
    configuration.admitted = [.personal]
    func plan(_ tenant: String, _ text: String, user: String? = nil) -> CachePlan {
      CachePlan(
        RouteRequest(
          id: "", messages: [ChatMessage(role: .user, content: text)], tenant: tenant, user: user), configuration)
    }
    let question = "how do I pay"
    #expect(plan("a", question).key == plan("b", question).key)
    #expect(plan("a", question).partition == plan("b", question).partition)
    #expect(plan("a", question).mayRead(entryOf: "b") && !plan("a", question).mayRead(entryOf: "c"))
    #expect(plan("c", question).key != plan("a", question).key)
    #expect(plan("c", question).partition != plan("a", question).partition)
    #expect(!plan("c", question).mayRead(entryOf: "a"))
    #expect(plan("c", question).key == CachePlan(plan("c", question).request(question)).key)
    configuration.admitted = [.personal]
    let own = "where is my order"
    #expect(plan("a", own, user: "ann").key != nil)
    #expect(plan("a", own, user: "ann").key != plan("b", own, user: "ann").key)
  }

  @Test func `what is kept only while its kind is admitted is not found by everybody's key`() {
    var configuration = CacheConfiguration()
    func request(_ text: String) -> CanonicalRequest {
      CanonicalRequest(RouteRequest(id: "", messages: [ChatMessage(role: .user, content: text)]), configuration)
    }
    let temporal = "what is the weather today"
    #expect(CachePlan(request(temporal)).key == nil)
    configuration.admitted = [.temporal]
    let admitted = CachePlan(request(temporal))
    #expect(admitted.key != nil && admitted.key != request(temporal).key)
    #expect(CachePlan(request("how do I pay")).key == request("how do I pay").key)
  }

  @Test func `minus zero is zero, and the two kinds of key never meet`() {
    var (left, right) = (Fields(), Fields())
    left.settings.temperature = 0
    right.settings.temperature = -0.0
    #expect(left.key == right.key)
    #expect(
      CacheKey(space: .tenant("t"), settings: left.settings, context: [])
        != CacheKey(space: .tenant("t"), user: nil, settings: left.settings, messages: []))
  }

  @Test func `hexadecimal has two digits for each byte`() {
    #expect(Fields().key.bytes.count == 32)
    #expect(Fields().key.bytes.count == 32)
  }
}
