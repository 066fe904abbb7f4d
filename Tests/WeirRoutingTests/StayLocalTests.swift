import Testing
import WeirCache
import WeirDomain
import WeirEntities
import WeirLedger
import WeirReview
import WeirRouting
import WeirStore
import WeirTestSupport

/// What must not leave this host does not leave it by any way there is: each test tries one.
@Suite struct StayLocalTests {
  private static let word = "volcanic"
  /// Without the word, and sent on.
  private static let plain = "And how long does it take?"

  private static func rule(_ change: (inout RouteRule) -> Void = { $0.condition.keywords = [word] }) -> RouteRule {
    var rule = RouteRule(name: "private", staysLocal: true)
    change(&rule)
    return rule
  }

  /// A policy that would send everything to a remote model but for the rule.
  private static func policy(
    _ rules: [RouteRule] = [rule()], threshold: Double = 0.001, _ change: (inout RoutePolicy) -> Void = { _ in }
  ) -> RoutePolicy {
    var policy = RoutePolicy(errorBudget: threshold)
    policy.rules = RouteRules(rules)
    change(&policy)
    return policy
  }

  private struct Node {
    var router: Router
    var remote: ScriptedAnswerer
    var store: Store
  }

  private func node(
    _ policy: RoutePolicy, store: Store? = nil, local: (any LocalAnswerer)? = ScriptedLocal(),
    whenUnanswered: RouterSettings.Unanswered = .keepForLater, cache: CacheConfiguration = CacheConfiguration()
  ) throws -> Node {
    let remote = ScriptedAnswerer(answers: "from afar")
    let store = try store ?? RouterTests().store()
    let router = try RouterTests().router(
      store: store, local: local,
      remotes: [
        .init(tier: .economy, model: "big", answerer: remote), .init(tier: .standard, model: "big", answerer: remote),
        .init(tier: .premium, model: "big", answerer: remote),
      ],
      whenUnanswered: whenUnanswered, cache: cache, policy: policy)
    return Node(router: router, remote: remote, store: store)
  }

  private func request(_ text: String = RouterTests.beyond, model: String = "auto") -> RouteRequest {
    var request = RouterTests().request(text)
    request.settings.model = model
    return request
  }

  private func expectHere(_ reply: RouteReply, _ node: Node) {
    #expect(node.remote.requests.isEmpty)
    guard case .failed(let error) = reply.outcome else {
      Issue.record("a refusal was expected, not \(reply.outcome)")
      return
    }
    #expect(error.code == "stays_local")
    #expect(error.message.contains("rule \"private\" keeps it on this host"))
    #expect(reply.reasons.contains(.policy(.staysLocal(rule: "private"))))
  }

  @Test func `without the rule the same prompt is sent on`() async throws {
    let node = try node(Self.policy([]))
    #expect(await node.router.route(request()).answer == "from afar")
  }

  @Test func `a prompt that would be escalated`() async throws {
    let node = try node(Self.policy())
    expectHere(await node.router.route(request()), node)
  }

  @Test(arguments: ["big", "premium", "economy"])
  func `a remote model or tier that the request names`(model: String) async throws {
    let node = try node(Self.policy())
    expectHere(await node.router.route(request(model: model)), node)
  }

  @Test func `the fallback of a local answer that failed its check`() async throws {
    let node = try node(
      Self.policy([Self.rule { $0.condition.tenants = ["default"] }], threshold: 0.45),
      local: ScriptedLocal(verdict: .rejected("loop")))
    let reply = await node.router.route(request(RouterTests.inScope))
    #expect(node.remote.requests.isEmpty)
    guard case .failed(let error) = reply.outcome else {
      Issue.record("a failure was expected, not \(reply.outcome)")
      return
    }
    #expect(error.code == "check_failed")
  }

  @Test func `an earlier rule that sends it to a tier`() async throws {
    var sending = RouteRule(name: "all to premium")
    sending.effect.tier = .premium
    let node = try node(Self.policy([sending, Self.rule()]))
    expectHere(await node.router.route(request()), node)
  }

  @Test func `an answer in the background`() async throws {
    let node = try node(Self.policy { $0.mode = .answerAndEscalate })
    expectHere(await node.router.route(request()), node)
  }

  @Test func `an ensemble`() async throws {
    let node = try node(Self.policy { $0.ensemble = [.economy, .standard] })
    expectHere(await node.router.route(request()), node)
  }

  @Test func `a request that bypasses the caches`() async throws {
    let node = try node(Self.policy())
    var asked = request()
    asked.cache = .refresh
    expectHere(await node.router.route(asked), node)
  }

  @Test func `an audit of a stored answer`() async throws {
    var cache = CacheConfiguration()
    cache.auditShare = 1
    // The stored answer is from a time without the rule.
    let before = try node(Self.policy([], threshold: 0.45), cache: cache)
    #expect(await before.router.route(request("How can I track my order?")).tier == .generator)
    let rule = Self.rule { $0.condition.tenants = ["default"] }
    let node = try node(
      Self.policy([rule], threshold: 0.45), store: before.store, local: ScriptedLocal(verdict: .rejected("loop")),
      cache: cache)
    let reply = await node.router.route(request("How could I track my order?"))
    #expect(node.remote.requests.isEmpty)
    #expect(reply.reasons.contains(.audited))
    #expect(reply.tier == .semantic)
  }

  @Test func `the durable queue does not take it`() async throws {
    let node = try node(Self.policy())
    expectHere(await node.router.route(request()), node)
    let counts = try node.store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 1_000_000), in: $0) }
    #expect(counts.waiting == 0)
  }

  @Test func `the durable queue does not send what it took before there was the rule`() async throws {
    let store = try RouterTests().store()
    let waiting = await (try RouterTests().router(store: store, errorBudget: 0.001)).route(request())
    #expect(waiting.outcome == .deferred)
    let node = try node(Self.policy(), store: store)
    let reply = try #require(try await node.router.routeNextDeferred())
    expectHere(reply.reply, node)
    #expect(try await node.router.routeNextDeferred() == nil)
  }

  @Test func `a doubtful answer of this host is given where the operator wants one`() async throws {
    let node = try node(Self.policy(), whenUnanswered: .answerLocally)
    let reply = await node.router.route(request())
    #expect(node.remote.requests.isEmpty)
    #expect(reply.tier == .generator)
    #expect(reply.reasons.last == .offlineFallback)
  }

  @Test func `a word in an earlier turn, of whoever`() async throws {
    for role in [ChatMessage.Role.system, .user, .assistant] {
      let node = try node(Self.policy())
      var asked = request("And how long does it take?")
      asked.messages.insert(ChatMessage(role: role, content: "It is about Volcanic glass."), at: 0)
      expectHere(await node.router.route(asked), node)
    }
  }

  @Test func `a rule that sends things away reads the last turn alone`() async throws {
    var sending = RouteRule(name: "glass")
    sending.condition.keywords = [Self.word]
    sending.effect.mode = .never
    let node = try node(Self.policy([sending]))
    var asked = request("And how long does it take?")
    asked.messages.insert(ChatMessage(role: .user, content: "It is about volcanic glass."), at: 0)
    #expect(await node.router.route(asked).answer == "from afar")
  }

  @Test func `a value in an earlier turn`() async throws {
    let node = try node(Self.policy([Self.rule { $0.condition.entities = [.email] }]))
    var asked = request("And how long does it take?")
    asked.messages.insert(ChatMessage(role: .user, content: "I am ada@example.org."), at: 0)
    expectHere(await node.router.route(asked), node)
    let other = try self.node(Self.policy([Self.rule { $0.condition.entities = [.email] }]))
    #expect(await other.router.route(request("And how long does it take?")).answer == "from afar")
  }

  @Test func `an intent of an earlier turn`() async throws {
    let rule = Self.rule { $0.condition.intents = ["get_refund", "check_refund_policy"] }
    let node = try node(Self.policy([rule]))
    var asked = request(RouterTests.beyond)
    #expect(await node.router.route(asked).answer == "from afar")
    let again = try self.node(Self.policy([rule]))
    asked.messages.insert(ChatMessage(role: .user, content: RouterTests.inScope), at: 0)
    expectHere(await again.router.route(asked), again)
  }

  @Test func `more earlier turns than are read`() async throws {
    let rule = Self.rule { $0.condition.intents = ["get_refund"] }
    let node = try node(Self.policy([rule]))
    var asked = request(RouterTests.beyond)
    for _ in 0..<33 { asked.messages.insert(ChatMessage(role: .user, content: RouterTests.beyond), at: 0) }
    expectHere(await node.router.route(asked), node)
  }

  private static func message(_ json: String) throws -> ChatMessage {
    try ChatMessage(openAI: try #require(JSONText(text: json)))
  }

  /// Everywhere in a turn's original: `*` is where the word stands.
  private static let originals = [
    #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"about\":\"\\n* glass\"}"}}]}"#,
    #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"*","arguments":"{"}}]}"#,
    #"{"role":"tool","tool_call_id":"*","content":"9"}"#,
    #"{"role":"user","content":[{"type":"text","text":"Hello"},{"type":"file","file":{"filename":"a *.pdf","file_id":"9"}}]}"#,
    #"{"role":"user","content":"Hello","name":"*"}"#,
    #"{"role":"user","content":"Hello","note":"*","note":"again"}"#,
    #"{"role":"user","content":"Hello","more":{"deep":[1,{"\u0076olcanic":2}]}}"#,
  ]

  @Test(arguments: originals)
  func `a word in what a turn has besides its text`(original: String) async throws {
    var asked = request(Self.plain)
    asked.messages.insert(try Self.message(original.replacing("*", with: Self.word)), at: 0)
    let node = try node(Self.policy())
    expectHere(await node.router.route(asked), node)
    // Without the word it is sent: the refusal is the word's.
    asked.messages[0] = try Self.message(
      original.replacing("*", with: "limpid").replacing(#"\u0076olcanic"#, with: "limpid"))
    let other = try self.node(Self.policy())
    #expect(await other.router.route(asked).answer == "from afar")
  }

  @Test func `a word in a field that passes through, a tool's description or a schema`() async throws {
    let tools = #"[{"type":"function","function":{"name":"f","description":"Finds * glass"}}]"#
    let changes: [(String) throws -> ModelSettings] = [
      { word in
        var settings = ModelSettings()
        try settings.pass("tools", try #require(JSONText(text: tools.replacing("*", with: word))))
        return settings
      },
      { word in
        var settings = ModelSettings()
        try settings.pass("metadata", try #require(JSONText(text: #"{"\#(word)":1}"#)))
        return settings
      },
      { word in
        let schema = #"{"type":"object","properties":{"\#(word)":{"type":"string"}}}"#
        return ModelSettings(format: .jsonSchema(AnswerSchema(name: "s", schema: schema)))
      },
      { word in ModelSettings(stop: ["The \(word) end"]) },
    ]
    for change in changes {
      var asked = request(Self.plain)
      asked.settings = try change(Self.word)
      let node = try node(Self.policy())
      expectHere(await node.router.route(asked), node)
      asked.settings = try change("limpid")
      let other = try self.node(Self.policy())
      _ = await other.router.route(asked)
      #expect(!other.remote.requests.isEmpty)
    }
  }

  @Test func `a value in a tool's arguments`() async throws {
    let node = try node(Self.policy([Self.rule { $0.condition.entities = [.email] }]))
    var asked = request(Self.plain)
    asked.messages.insert(
      try Self.message(Self.originals[0].replacing("*", with: "to ada@example.org")), at: 0)
    expectHere(await node.router.route(asked), node)
  }

  @Test(arguments: [ChatMessage.Role.system, .assistant, .tool])
  func `an intent of a turn that the user did not write`(role: ChatMessage.Role) async throws {
    let rule = Self.rule { $0.condition.intents = ["get_refund", "check_refund_policy"] }
    let node = try node(Self.policy([rule]))
    var asked = request(Self.plain)
    asked.messages.insert(ChatMessage(role: role, content: RouterTests.inScope), at: 0)
    expectHere(await node.router.route(asked), node)
  }

  @Test func `an intent in the middle of a long turn`() async throws {
    let rule = Self.rule { $0.condition.intents = ["get_refund", "check_refund_policy"] }
    let node = try node(Self.policy([rule]))
    var asked = request(Self.plain)
    let long = String(repeating: "The weather is fine and the birds sing in the old trees. ", count: 40)
    let plea = String(repeating: RouterTests.inScope + " ", count: 16)
    asked.messages.insert(ChatMessage(role: .user, content: long + plea + long), at: 0)
    expectHere(await node.router.route(asked), node)
  }

  @Test func `an image or a file, which nobody here reads, where a rule asks for the intent`() async throws {
    let rule = Self.rule { $0.condition.intents = ["get_refund"] }
    for part in [
      #"{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}"#,
      #"{"type":"file","file":{"file_id":"f"}}"#,
      #"{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}"#,
    ] {
      let node = try node(Self.policy([rule]))
      var asked = request(Self.plain)
      let text = JSONText(string: Self.plain).text
      asked.messages = [
        try Self.message(#"{"role":"user","content":[{"type":"text","text":\#(text)},\#(part)]}"#)
      ]
      expectHere(await node.router.route(asked), node)
    }
  }

  @Test func `an encoded file is no text: words in it are chance`() async throws {
    let node = try node(Self.policy([Self.rule { $0.condition.keywords = ["art"] }]))
    let data = String(repeating: "AAAA/art/", count: 200)
    var asked = request(Self.plain)
    asked.messages.insert(
      try Self.message(#"{"role":"user","content":[{"type":"file","file":{"file_data":"data:a/b;base64,\#(data)"}}]}"#),
      at: 0)
    #expect(await node.router.route(asked).answer == "from afar")
  }

  @Test func `mode never says so, whatever model is named`() async throws {
    for model in ["auto", "big", "premium"] {
      let node = try node(Self.policy([]) { $0.mode = .never })
      let reply = await node.router.route(request(model: model))
      #expect(node.remote.requests.isEmpty)
      guard case .failed(let error) = reply.outcome else {
        Issue.record("a refusal was expected, not \(reply.outcome)")
        return
      }
      #expect(error.code == "stays_local")
      #expect(error.message.contains("the mode is \"never\""))
    }
  }
}
