import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

/// What every codec keeps. A dialect says how its API writes the same things.
struct CodecDialect<Codec: ProviderCodec>: Sendable {
  var name: String
  var codec: Codec
  /// A whole body: text, calls as (id, name, arguments), prompt and completion tokens.
  var whole: @Sendable (String, [(String, String, String)], Int, Int) -> String
  /// The same as events of a stream, text and arguments in pieces; the last event that has usage is left out on wish.
  var stream: @Sendable ([String], [(String, String, [String])], Int, Int?) -> [ServerSentEvent]
  var error: ServerSentEvent
}

enum CodecConformance {
  static func check<Codec: ProviderCodec>(_ dialect: CodecDialect<Codec>) throws {
    try checkReplies(dialect)
    try checkUsage(dialect)
    try checkHostile(dialect)
    try checkBounds(dialect)
  }

  private static let request = CompletionRequest(
    messages: [ChatMessage(role: .user, content: String(repeating: "word ", count: 100))],
    settings: ModelSettings(model: "m"))

  static func content<Codec: ProviderCodec>(
    _ dialect: CodecDialect<Codec>, _ events: [ServerSentEvent], maximumBytes: Int = 1 << 20
  ) throws(ReplyFailure) -> (content: ReplyContent, deltas: [CompletionDelta], hasEnded: Bool) {
    var reply = dialect.codec.reply(maximumBytes: maximumBytes)
    var deltas: [CompletionDelta] = []
    for event in events where !reply.hasEnded { deltas += try reply.take(event) }
    return (reply.content, deltas, reply.hasEnded)
  }

  /// Streamed and whole say the same, however they come.
  private static func checkReplies<Codec: ProviderCodec>(_ dialect: CodecDialect<Codec>) throws {
    let call = (id: "call_1", name: "weather", arguments: #"{"city":"Rome","exact":0.10}"#)
    for (text, calls) in [("Hällo 🙂", []), ("Wait.", [call]), ("", [call, ("call_2", "now", "{}")])] {
      var whole = dialect.codec.reply(maximumBytes: 1 << 20)
      try whole.take(whole: Array(dialect.whole(text, calls, 11, 7).utf8))
      let pieces = text.isEmpty ? [] : [String(text.prefix(3)), String(text.dropFirst(3))].filter { !$0.isEmpty }
      let events = dialect.stream(
        pieces, calls.map { ($0.0, $0.1, [String($0.2.prefix(5)), String($0.2.dropFirst(5))]) }, 11, 7)
      let streamed = try content(dialect, events)
      for found in [whole.content, streamed.content] {
        #expect(found.text == text, "\(dialect.name)")
        #expect(found.finishReason == (calls.isEmpty ? .stop : .toolCalls), "\(dialect.name)")
        #expect(found.usage(for: request) == TokenUsage(prompt: 11, completion: 7), "\(dialect.name)")
        let named = (found.message?["tool_calls"]?.elements ?? []).map { call in
          [call.value["id"]?.text, call.value["function"]?["name"]?.text, call.value["function"]?["arguments"]?.text]
        }
        #expect(named == calls.map { [$0.0, $0.1, $0.2] }, "\(dialect.name)")
        #expect((found.message == nil) == calls.isEmpty, "\(dialect.name)")
      }
      #expect(streamed.hasEnded, "\(dialect.name)")
      #expect(streamed.deltas.compactMap(\.text).joined() == text, "\(dialect.name)")
      // The deltas of calls put together are the calls.
      var joined: [Int: String] = [:]
      for case .form(0, let form) in streamed.deltas {
        for fragment in form.value["tool_calls"]?.array ?? [] {
          joined[fragment["index"]?.count ?? -1, default: ""] += fragment["function"]?["arguments"]?.text ?? ""
        }
      }
      #expect(joined.sorted { $0.key < $1.key }.map(\.value) == calls.map { $0.2 }, "\(dialect.name)")
    }
  }

  /// A stream that breaks off is not free, and says that its count is an estimate.
  private static func checkUsage<Codec: ProviderCodec>(_ dialect: CodecDialect<Codec>) throws {
    let pieces = (0..<50).map { "piece \($0) " }
    let events = dialect.stream(pieces, [], 11, 600)
    for count in 0..<events.count {
      guard let found = try? content(dialect, Array(events.prefix(count))).content, found.pieces > 0 else { continue }
      let usage = found.usage(for: request)
      #expect(usage.prompt > 0, "\(dialect.name) after \(count) events")
      #expect(usage.completion >= found.pieces, "\(dialect.name) after \(count) events")
      #expect(usage.isEstimated || usage.completion == 600, "\(dialect.name) after \(count) events")
    }
    #expect(try content(dialect, events).content.usage(for: request).completion == 600)
    let silent = try content(dialect, dialect.stream(pieces, [], 11, nil)).content.usage(for: request)
    #expect(silent.isEstimated && silent.completion >= 50, "\(dialect.name)")
  }

  /// Whatever is cut out of a stream or changed in it, nothing crashes and no count is out of bounds.
  private static func checkHostile<Codec: ProviderCodec>(_ dialect: CodecDialect<Codec>) throws {
    let error = #expect(throws: ReplyFailure.self) { try content(dialect, [dialect.error]) }
    guard case .error = error else {
      Issue.record("\(dialect.name): an error event is \(String(describing: error))")
      return
    }
    let sound = dialect.stream(["a", "b"], [("i", "f", ["{", "}"])], 5, 6)
    var random = SeededRandom(seed: 11)
    let hostile = [
      "", "{", "[]", "null", "7", #"{"type":7}"#, #"{"choices":[7]}"#, #"{"choices":{}}"#, "[DONE",
      #"{"type":"content_block_delta","index":-1,"delta":{}}"#,
      #"{"type":"content_block_start","index":9007199254740991,"content_block":{"type":"tool_use"}}"#,
      #"{"choices":[{"index":99999999,"delta":{"content":"x"}}]}"#,
      #"{"choices":[{"delta":{"tool_calls":[{"index":-4,"function":7},{"index":1e300}]}}]}"#,
      #"{"type":"message_delta","usage":{"output_tokens":-5,"input_tokens":1e17}}"#,
      #"{"usage":{"prompt_tokens":-5,"completion_tokens":9007199254740991},"choices":[]}"#,
      String(repeating: "[", count: 10_000), String(repeating: #"{"a":"#, count: 100),
    ]
    for _ in 0..<2000 {
      var events = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !events.isEmpty: events.remove(at: Int.random(in: 0..<events.count, using: &random))
        case 1: events.shuffle(using: &random)
        case 2 where !events.isEmpty:
          let place = Int.random(in: 0..<events.count, using: &random)
          events[place].data = String(events[place].data.prefix(Int.random(in: 0..<60, using: &random)))
        default:
          events.insert(
            ServerSentEvent(data: hostile[Int.random(in: 0..<hostile.count, using: &random)]),
            at: Int.random(in: 0...events.count, using: &random))
        }
      }
      guard let found = try? content(dialect, events).content else { continue }
      let usage = found.usage(for: request)
      #expect((0...ReportedUsage.most).contains(usage.prompt) && (0...ReportedUsage.most).contains(usage.completion))
      #expect(usage.cachedPrompt + usage.cacheWrite <= usage.prompt && usage.longCacheWrite <= usage.cacheWrite)
    }
    for text in hostile {
      var reply = dialect.codec.reply(maximumBytes: 1 << 10)
      #expect(throws: ReplyFailure.self, "\(dialect.name)") { try reply.take(whole: Array(text.utf8)) }
    }
  }

  private static func checkBounds<Codec: ProviderCodec>(_ dialect: CodecDialect<Codec>) throws {
    let pieces = Array(repeating: String(repeating: "x", count: 100), count: 20)
    #expect(throws: ReplyFailure.self) { try content(dialect, dialect.stream(pieces, [], 1, 1), maximumBytes: 1000) }
    let arguments = Array(repeating: String(repeating: "1", count: 100), count: 20)
    #expect(throws: ReplyFailure.self) {
      try content(dialect, dialect.stream([], [("i", "f", arguments)], 1, 1), maximumBytes: 1000)
    }
  }
}

@Suite("Codecs")
struct CodecTests {
  private static func quoted(_ text: String) -> String { JSONText(string: text).text }

  static let openAI = CodecDialect(
    name: "OpenAI", codec: OpenAICodec(),
    whole: { text, calls, prompt, completion in
      let list = calls.map {
        #"{"id":\#(quoted($0.0)),"type":"function","function":{"name":\#(quoted($0.1)),"arguments":\#(quoted($0.2))}}"#
      }.joined(separator: ",")
      return #"""
        {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant",\#
        "content":\#(text.isEmpty ? "null" : quoted(text)),"refusal":null\#(calls.isEmpty ? "" : ",\"tool_calls\":[\(list)]")},\#
        "logprobs":null,"finish_reason":"\#(calls.isEmpty ? "stop" : "tool_calls")"}],\#
        "usage":{"prompt_tokens":\#(prompt),"completion_tokens":\#(completion),"total_tokens":1}}
        """#
    },
    stream: { pieces, calls, prompt, completion in
      func chunk(_ delta: String, _ finish: String = "null") -> String {
        #"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}],"usage":null}"#
      }
      var texts = [chunk(#"{"role":"assistant","content":"","refusal":null}"#)]
      texts += pieces.map { chunk(#"{"content":\#(quoted($0))}"#) }
      for (index, call) in calls.enumerated() {
        texts.append(
          chunk(
            #"{"tool_calls":[{"index":\#(index),"id":\#(quoted(call.0)),"type":"function","function":{"name":\#(quoted(call.1)),"arguments":""}}]}"#
          ))
        texts += call.2.map {
          chunk(#"{"tool_calls":[{"index":\#(index),"function":{"arguments":\#(quoted($0))}}]}"#)
        }
      }
      texts.append(chunk("{}", calls.isEmpty ? "\"stop\"" : "\"tool_calls\""))
      if let completion {
        texts.append(
          #"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":\#(prompt),"completion_tokens":\#(completion),"total_tokens":1}}"#
        )
      }
      return (texts + ["[DONE]"]).map { ServerSentEvent(data: $0) }
    }, error: ServerSentEvent(data: #"{"error":{"message":"PROMPT","type":"server_error","code":"500"}}"#))

  static let anthropic = CodecDialect(
    name: "Anthropic", codec: AnthropicCodec(),
    whole: { text, calls, prompt, completion in
      let blocks =
        (text.isEmpty ? [] : [#"{"type":"text","text":\#(quoted(text))}"#])
        + calls.map { #"{"type":"tool_use","id":\#(quoted($0.0)),"name":\#(quoted($0.1)),"input":\#($0.2)}"# }
      return #"""
        {"id":"m","type":"message","role":"assistant","model":"m","content":[\#(blocks.joined(separator: ","))],\#
        "stop_reason":"\#(calls.isEmpty ? "end_turn" : "tool_use")","stop_sequence":null,\#
        "usage":{"input_tokens":\#(prompt),"output_tokens":\#(completion),"cache_read_input_tokens":0}}
        """#
    },
    stream: { pieces, calls, prompt, completion in
      let start =
        completion == nil
        ? "" : #","usage":{"input_tokens":\#(prompt),"output_tokens":1}"#
      var texts = [
        #"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null\#(start)}}"#,
        #"{"type":"ping"}"#,
      ]
      var index = 0
      if !pieces.isEmpty {
        texts.append(#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#)
        texts += pieces.map {
          #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":\#(quoted($0))}}"#
        }
        texts.append(#"{"type":"content_block_stop","index":0}"#)
        index = 1
      }
      for call in calls {
        texts.append(
          #"{"type":"content_block_start","index":\#(index),"content_block":{"type":"tool_use","id":\#(quoted(call.0)),"name":\#(quoted(call.1)),"input":{}}}"#
        )
        texts += call.2.map {
          #"{"type":"content_block_delta","index":\#(index),"delta":{"type":"input_json_delta","partial_json":\#(quoted($0))}}"#
        }
        texts.append(#"{"type":"content_block_stop","index":\#(index)}"#)
        index += 1
      }
      let end = completion.map { #","usage":{"output_tokens":\#($0)}"# } ?? ""
      texts.append(
        #"{"type":"message_delta","delta":{"stop_reason":"\#(calls.isEmpty ? "end_turn" : "tool_use")","stop_sequence":null}\#(end)}"#
      )
      texts.append(#"{"type":"message_stop"}"#)
      return texts.map { ServerSentEvent(data: $0) }
    }, error: ServerSentEvent(data: #"{"type":"error","error":{"type":"overloaded_error","message":"PROMPT"}}"#))

  @Test func `OpenAI's keeps what every codec keeps`() throws { try CodecConformance.check(Self.openAI) }
  @Test func `Anthropic's keeps what every codec keeps`() throws { try CodecConformance.check(Self.anthropic) }

  @Test func `calls whose fragments come out of order, or without an index, are put together`() throws {
    let chunks = [
      #"{"tool_calls":[{"index":1,"id":"b","function":{"arguments":"2"}},{"index":0,"function":{"arguments":"1"}}]}"#,
      #"{"tool_calls":[{"id":"a","function":{"name":"f"}}]}"#, #"{"tool_calls":[{"index":1,"function":{"name":"g"}}]}"#,
    ].map { ServerSentEvent(data: #"{"choices":[{"delta":\#($0)}]}"#) }
    let message = try CodecConformance.content(Self.openAI, chunks).content.message
    let calls = (message?["tool_calls"]?.elements ?? []).map(\.value)
    #expect(calls.map { $0["id"]?.text } == ["a", "b"])
    #expect(calls.map { $0["function"]?["name"]?.text } == ["f", "g"])
    #expect(calls.map { $0["function"]?["arguments"]?.text } == ["1", "2"])
  }

  @Test func `several answers come back, whole and streamed, with fields nobody knows`() throws {
    var whole = OpenAIReply(maximumBytes: 1 << 16)
    let second = #"{"role":"assistant","content":"b","annotations":[{"x":1.50}]}"#
    try whole.take(
      whole: Array(
        #"{"choices":[{"message":{"role":"assistant","content":"a","annotations":[]},"finish_reason":"stop"},{"message":\#(second),"finish_reason":"length"}]}"#
          .utf8))
    #expect(whole.content.message == nil)
    #expect(whole.content.alternatives.map(\.text) == ["b"])
    #expect(whole.content.alternatives[0].message?.text == second)
    let chunks = [
      #"{"index":1,"delta":{"content":"b","reasoning_content":"so"}}"#, #"{"index":0,"delta":{"content":"a"}}"#,
      #"{"index":1,"delta":{"reasoning_content":" what"},"finish_reason":"length"}"#,
    ].map { ServerSentEvent(data: #"{"choices":[\#($0)]}"#) }
    let open = try CodecConformance.content(Self.openAI, chunks)
    // The first answer has not ended.
    #expect(open.content.finishReason == nil)
    let last = ServerSentEvent(data: #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
    let streamed = try CodecConformance.content(Self.openAI, chunks + [last])
    #expect(streamed.content.finishReason == .stop)
    #expect(streamed.content.text == "a")
    #expect(streamed.content.alternatives.map(\.text) == ["b"])
    #expect(streamed.content.alternatives[0].message?["reasoning_content"]?.value == .string("so what"))
    #expect(streamed.deltas.contains(.form(choice: 1, .object([("content", JSONText(string: "b"))]))))
  }
}
