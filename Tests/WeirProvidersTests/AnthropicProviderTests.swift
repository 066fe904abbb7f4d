import Synchronization
import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("A provider that speaks Anthropic's Messages")
struct AnthropicProviderTests {
  private func provider(_ scene: Scene) throws -> RemoteProvider<AnthropicCodec, ManualClock> {
    let endpoint = Endpoint(name: "a", baseURL: try HTTPURL(scene.server.url + "/v1"), key: Secret("sk-hidden"))
    return try RemoteProvider(
      AnthropicCodec(),
      RemoteProviderConfiguration(name: "a", endpoints: [endpoint], deadlines: HTTPDeadlines(total: .seconds(5))),
      client: scene.client, clock: scene.clock, fraction: { 0.5 }, wallClock: { Timestamp(milliseconds: 1_000_000) })
  }

  private static func body(_ text: String) -> String {
    CodecTests.anthropic.whole(text, [], 9, 2)
  }

  private static func stream(_ events: [ServerSentEvent]) -> [LoopbackServer.Step] {
    [.chunkedHead()] + events.map { .chunk("event: x\ndata: \($0.data)\n\n") } + [.lastChunk]
  }

  @Test func `keeps what every answerer keeps`() async throws {
    try await Scene.with { request in
      Scene.isStreamed(request)
        ? Self.stream(CodecTests.anthropic.stream(["On", "ce"], [], 9, 2)) : [.answer(200, Self.body("Once"))]
    } body: { scene in
      try await RemoteAnswererConformance.check(provider(scene), model: "claude-x")
      let request = try #require(scene.server.requests.first)
      #expect(request.line == "POST /v1/messages HTTP/1.1")
      #expect(request.headers["x-api-key"] == "sk-hidden")
      #expect(request.headers["authorization"] == nil)
    }
  }

  @Test(arguments: [429, 500, 529])
  func `tries again when it is overloaded, before a stream and at its begin`(status: Int) async throws {
    let type = [429: "rate_limit_error", 500: "api_error", 529: "overloaded_error"][status] ?? ""
    let error = #"{"type":"error","error":{"type":"\#(type)","message":"PROMPT"}}"#
    try await Scene.with { request in
      switch request.ordinal {
      case 0: [.answer(status, error)]
      case 1: Self.stream([ServerSentEvent(data: error)])
      default: Self.stream(CodecTests.anthropic.stream(["x"], [], 1, 1))
      }
    } body: { scene in
      let answer = try await provider(scene).complete(Scene.request) { _ in }
      #expect(answer.text == "x")
      #expect(answer.attempts == 3)
      #expect(answer.wasted == .zero)
    }
  }

  @Test func `says what it was refused for, without the text of it`() async throws {
    try await Scene.with { _ in
      [.answer(400, #"{"type":"error","error":{"type":"invalid_request_error","message":"PROMPT"}}"#)]
    } body: { scene in
      let provider = try provider(scene)
      let found = await #expect(throws: ProviderFailure.self) { try await provider.complete(Scene.request) }
      #expect(
        found?.cause == .refused(status: 400, error: ProviderErrorCode(type: "invalid_request_error", code: nil)))
      #expect(found?.message.contains("PROMPT") == false)
    }
  }

  @Test func `books a stream that stops, from its first event and its text`() async throws {
    let events = CodecTests.anthropic.stream((0..<30).map { "piece \($0) " }, [], 700, 900)
    try await Scene.with { _ in
      Self.stream(Array(events.prefix(20)))
    } body: { scene in
      let provider = try provider(scene)
      let found = await #expect(throws: ProviderFailure.self) { try await provider.complete(Scene.request) { _ in } }
      #expect(found?.consequence == .interrupted)
      #expect(found?.usage.prompt == 700)
      #expect(found.map { (17...120).contains($0.usage.completion) && $0.usage.isEstimated } == true)
    }
  }

  @Test func `refuses before it asks what its API has no words for`() async throws {
    try await Scene.with { _ in
      [.answer(200, Self.body("x"))]
    } body: { scene in
      var request = Scene.request
      request.settings.seed = 1
      let asked = request
      let provider = try provider(scene)
      let found = await #expect(throws: ProviderFailure.self) { try await provider.complete(asked) }
      #expect(found?.cause == .unsupported(feature: "seed"))
      #expect(found?.consequence == .refused)
      #expect(found?.kind == .badRequest)
      #expect(found?.attempts == 0)
      #expect(found?.message.contains("seed") == true)
      #expect(scene.server.requests.isEmpty)
    }
  }

  @Test func `marks a beginning that comes again, and only then`() async throws {
    try await Scene.with { _ in
      [.answer(200, Self.body("x"))]
    } body: { scene in
      let provider = try provider(scene)
      let system = ChatMessage(role: .system, content: String(repeating: "rule ", count: 6000))
      for number in 0..<3 {
        let turns = [system, ChatMessage(role: .user, content: "question \(number)")]
        _ = try await provider.complete(
          CompletionRequest(messages: turns, settings: ModelSettings(model: "claude-sonnet-4-5")))
      }
      let marked = try scene.server.requests.map {
        try JSONReader.read($0.body)["system"]?[0]?["cache_control"] != nil
      }
      #expect(marked == [false, true, true])
    }
  }
}

@Suite("OpenAI's prompt cache")
struct PromptCacheKeyTests {
  @Test func `has a key for the same beginning, where it is OpenAI's own`() throws {
    let request = CompletionRequest(messages: Scene.request.messages, settings: ModelSettings(model: "gpt-4o"))
    let marks = PromptCacheMarks(key: "weir-1")
    func key(_ codec: OpenAICodec, _ request: CompletionRequest) throws -> String? {
      try JSONReader.read(codec.body(request, isStreamed: false, cache: marks))["prompt_cache_key"]?.text
    }
    #expect(try key(OpenAICodec(sendsCacheKey: true), request) == "weir-1")
    #expect(try key(OpenAICodec(), request) == nil)
    var own = request
    try own.settings.pass("prompt_cache_key", JSONText(string: "mine"))
    #expect(try key(OpenAICodec(sendsCacheKey: true), own) == "mine")
  }
}
