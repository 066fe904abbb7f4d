import Synchronization
import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("An OpenAI-compatible provider")
struct OpenAICompatibleProviderTests {
  @Test func `keeps what every answerer keeps`() async throws {
    try await Scene.with { request in
      Scene.isStreamed(request) ? Scene.stream(["On", "ce"], usage: (9, 2)) : [Scene.whole("Once", usage: (9, 2))]
    } body: { scene in
      try await RemoteAnswererConformance.check(scene.provider(), model: "m")
    }
    try await RemoteAnswererConformance.check(ScriptedAnswerer(answers: "On", "ce"), model: "m")
  }

  @Test func `writes the documented request`() async throws {
    try await Scene.with { _ in
      [Scene.whole("x")]
    } body: { scene in
      let settings = ModelSettings(
        model: "large", maxTokens: 5, temperature: 0.25, topP: 0.5, seed: .max, stop: ["a\"b", "\n"])
      let turns = [ChatMessage(role: .assistant, content: "é\u{1}🙂"), ChatMessage(role: .user, content: "?")]
      _ = try await scene.provider().complete(CompletionRequest(messages: turns, settings: settings))
      let seen = try #require(scene.server.requests.first)
      #expect(seen.line == "POST /v1/chat/completions HTTP/1.1")
      #expect(seen.headers["authorization"] == "Bearer sk-hidden")
      #expect(seen.headers["content-type"] == "application/json")
      let expected = """
        {"model":"large","messages":[{"role":"assistant","content":"é\\u0001🙂"},{"role":"user","content":"?"}],\
        "max_tokens":5,"temperature":0.25,"top_p":0.5,"seed":9223372036854775807,"stop":["a\\"b","\\n"]}
        """
      #expect(try JSONReader.read(seen.body) == JSONReader.read(Array(expected.utf8)))

      _ = try? await scene.provider().complete(Scene.request) { _ in }
      let streamed = try JSONReader.read(try #require(scene.server.requests.last).body)
      #expect(streamed["stream"] == .bool(true))
      #expect(streamed["stream_options"] == .object(["include_usage": .bool(true)]))
      #expect(scene.server.requests.last?.headers["accept"] == "text/event-stream")
    }
  }

  @Test func `passes a format on as the provider names it`() async throws {
    let schema = #"{"type":"object","properties":{"b":{},"a":{}}}"#
    let formats: [(AnswerFormat, String?)] = [
      (.text, nil), (.jsonObject, #"{"type":"json_object"}"#),
      (
        .jsonSchema(AnswerSchema(name: "n", purpose: "p", schema: schema, isStrict: true)),
        #"{"type":"json_schema","json_schema":{"name":"n","description":"p","schema":\#(schema),"strict":true}}"#
      ),
    ]
    for (format, expected) in formats {
      try await Scene.with { _ in
        [Scene.whole("x")]
      } body: { scene in
        let settings = ModelSettings(model: "large", format: format)
        let turns = [ChatMessage(role: .user, content: "?")]
        _ = try await scene.provider().complete(CompletionRequest(messages: turns, settings: settings))
        let body = try #require(scene.server.requests.first).body
        let found = try JSONReader.read(body)["response_format"]
        #expect(try found == expected.map { try JSONReader.read(Array($0.utf8)) })
        // The order of the properties is the order in which they are answered.
        if let expected { #expect(String(decoding: body, as: UTF8.self).contains(expected)) }
      }
    }
  }

  @Test func `reads text, usage, model and finish reason of a whole answer`() async throws {
    let body = """
      {"id":"1","new_field":[{"a":null}],"model":"large-2026","choices":[{"index":0,"message":{"role":"assistant",\
      "content":"caf\\u00e9 \\ud83d\\ude42","refusal":null},"finish_reason":"length"}],\
      "usage":{"prompt_tokens":11,"completion_tokens":4,"total_tokens":15,"details":{"x":1}}}
      """
    try await Scene.with { _ in
      [.answer(200, body)]
    } body: { scene in
      let answer = try await scene.provider().complete(Scene.request)
      #expect(answer.text == "café 🙂")
      #expect(answer.usage == TokenUsage(prompt: 11, completion: 4))
      #expect(answer.model == "large-2026")
      #expect(answer.finishReason == .length)
    }
  }

  @Test(arguments: [1, 2, 3, 7, 61, 1000])
  func `reads a stream however it is cut`(size: Int) async throws {
    let text = Scene.events(["Zwölf", " 🙂", "\n", " Boxkämpfer"], usage: (7, 5))
    try await Scene.with { _ in
      [
        .text("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"),
        .sendInPieces(Array(text.utf8), size: size), .close,
      ]
    } body: { scene in
      let pieces = Mutex<[String]>([])
      let answer = try await scene.provider().complete(Scene.request) { delta in
        pieces.withLock { $0 += [delta.text].compactMap { $0 } }
      }
      #expect(answer.text == "Zwölf 🙂\n Boxkämpfer")
      #expect(pieces.withLock { $0.count } == 4)
      #expect(answer.usage == TokenUsage(prompt: 7, completion: 5))
      #expect(answer.finishReason == .stop)
    }
  }

  @Test func `takes the largest usage of all chunks, field by field`() async throws {
    let chunks = [
      #"{"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":1}}"#,
      #"{"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}],"usage":{"completion_tokens":8}}"#,
      #"{"choices":[],"usage":null}"#, #"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":-3}}"#, "[DONE]",
    ]
    try await Scene.with { _ in
      Scene.stream(raw: chunks)
    } body: { scene in
      let answer = try await scene.provider().complete(Scene.request) { _ in }
      #expect(answer.usage == TokenUsage(prompt: 10, completion: 8))
    }
  }

  @Test func `estimates usage that nobody told, and says so`() async throws {
    try await Scene.with { request in
      Scene.isStreamed(request) ? Scene.stream(["a", "b", "c"]) : [Scene.whole("four more words here")]
    } body: { scene in
      let streamed = try await scene.provider().complete(Scene.request) { _ in }
      #expect(streamed.usage == TokenUsage(prompt: 8, completion: 3, isEstimated: true))
      let whole = try await scene.provider().complete(Scene.request)
      // Four words, by the family's table.
      #expect(whole.usage == TokenUsage(prompt: 8, completion: 5, isEstimated: true))
    }
  }

  @Test func `takes a whole answer where a stream was asked for`() async throws {
    try await Scene.with { _ in
      [Scene.whole("all", usage: (3, 1))]
    } body: { scene in
      let pieces = Mutex<[String]>([])
      let answer = try await scene.provider().complete(Scene.request) { delta in
        pieces.withLock { $0 += [delta.text].compactMap { $0 } }
      }
      #expect(answer.text == "all")
      #expect(pieces.withLock { $0 } == ["all"])
    }
  }

  @Test func `uses one connection for many answers, streamed or not`() async throws {
    try await Scene.with { request in
      Scene.isStreamed(request) ? Scene.stream(["x"], usage: (1, 1)) : [Scene.whole("x", usage: (1, 1))]
    } body: { scene in
      let provider = try scene.provider()
      for _ in 0..<10 {
        _ = try await provider.complete(Scene.request)
        _ = try await provider.complete(Scene.request) { _ in }
      }
      #expect(scene.server.requests.count == 20)
      #expect(scene.server.connections == 1)
    }
  }

  @Test func `refuses a base URL with a query and a key with a line break`() throws {
    let client = try HTTPClient()
    func provider(_ url: String, _ key: Secret?) throws -> RemoteProvider<OpenAICodec, ContinuousClock> {
      let endpoints = [Endpoint(name: "p", baseURL: try HTTPURL(url), key: key)]
      return try RemoteProvider(
        OpenAICodec(), RemoteProviderConfiguration(name: "p", endpoints: endpoints), client: client)
    }
    #expect(throws: HTTPFailure.self) { try provider("http://127.0.0.1:1/v1?a=b", nil) }
    #expect(throws: HTTPFailure.invalidHeader(name: "Authorization")) {
      try provider("http://127.0.0.1:1/v1", Secret("sk\r\nX: y"))
    }
  }

  @Test func `never shows a key`() {
    let secret = Secret("sk-hidden")
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", secret.debugDescription, String(reflecting: secret), dumped, "\([secret])"] {
      #expect(!text.contains("hidden"))
    }
    #expect(secret.revealed == "sk-hidden")
  }
}
