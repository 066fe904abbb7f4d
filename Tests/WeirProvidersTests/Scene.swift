import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

/// A scripted server, a client and a clock that stands still: what the provider's tests play on.
struct Scene {
  let server: LoopbackServer
  let client: HTTPClient
  let clock = ManualClock()

  static let request = CompletionRequest(
    messages: [ChatMessage(role: .user, content: "?")], settings: ModelSettings(model: "m"))

  static func with(
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step],
    body: (Scene) async throws -> Void
  ) async throws {
    let server = try LoopbackServer(answer: answer)
    let client = try HTTPClient(HTTPClientConfiguration(usesEnvironmentProxy: false))
    defer { server.stop() }
    try await body(Scene(server: server, client: client))
    await client.shutdown()
  }

  /// A provider whose jitter is always half of the most.
  func provider(
    at url: String? = nil, deadlines: HTTPDeadlines = HTTPDeadlines(total: .seconds(5)),
    retry: RetryPolicy = RetryPolicy(), maximumAnswerBytes: Int = 4 << 20
  ) throws -> RemoteProvider<OpenAICodec, ManualClock> {
    try RemoteProvider(
      OpenAICodec(),
      RemoteProviderConfiguration(
        name: "p",
        endpoints: [
          Endpoint(name: "p", baseURL: HTTPURL((url ?? server.url) + "/v1"), key: Secret("sk-hidden"))
        ], deadlines: deadlines, retry: retry, maximumAnswerBytes: maximumAnswerBytes),
      client: client, clock: clock, fraction: { 0.5 }, wallClock: { Timestamp(milliseconds: 1_000_000) })
  }

  static func isStreamed(_ request: LoopbackServer.Request) -> Bool {
    (try? JSONReader.read(request.body))?["stream"] == .bool(true)
  }

  static func whole(_ text: String, usage: (prompt: Int, completion: Int)? = nil) -> LoopbackServer.Step {
    var json = JSONWriter()
    json.beginObject()
    json.beginArray("choices")
    json.beginObject()
    json.beginObject("message")
    json.add("content", text)
    json.endObject()
    json.add("finish_reason", "stop")
    json.endObject()
    json.endArray()
    add(usage, to: &json)
    json.endObject()
    return .answer(200, json.text)
  }

  static func stream(_ pieces: [String], usage: (prompt: Int, completion: Int)? = nil) -> [LoopbackServer.Step] {
    [.chunkedHead(), .chunk(events(pieces, usage: usage)), .lastChunk]
  }

  /// Each text as the data of one event.
  static func stream(raw chunks: [String]) -> [LoopbackServer.Step] {
    [.chunkedHead()] + chunks.map { .chunk("data: \($0)\n\n") } + [.lastChunk]
  }

  static func event(_ piece: String?, finish: String? = nil) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.beginArray("choices")
    json.beginObject()
    json.beginObject("delta")
    if let piece { json.add("content", piece) }
    json.endObject()
    json.add("finish_reason", finish)
    json.endObject()
    json.endArray()
    json.endObject()
    return "data: \(json.text)\n\n"
  }

  static func events(_ pieces: [String], usage: (prompt: Int, completion: Int)? = nil) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.beginArray("choices")
    json.endArray()
    add(usage, to: &json)
    json.endObject()
    let last = usage == nil ? "" : "data: \(json.text)\n\n"
    return event("") + pieces.map { event($0) }.joined() + event(nil, finish: "stop") + last + "data: [DONE]\n\n"
  }

  private static func add(_ usage: (prompt: Int, completion: Int)?, to json: inout JSONWriter) {
    guard let usage else { return }
    json.beginObject("usage")
    json.add("prompt_tokens", usage.prompt)
    json.add("completion_tokens", usage.completion)
    json.endObject()
  }
}
