import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("Anthropic's Messages")
struct AnthropicCodecTests {
  private func json(_ text: String) throws -> JSONText { try #require(JSONText(text: text)) }

  private func message(_ text: String) throws -> ChatMessage { try ChatMessage(openAI: try json(text)) }

  private func settings(_ extra: [String: String] = [:]) throws -> ModelSettings {
    var settings = ModelSettings(model: "claude-sonnet-4-5", maxTokens: 100)
    for (name, text) in extra { try settings.pass(name, try json(text)) }
    return settings
  }

  private func body(
    _ messages: [ChatMessage], _ settings: ModelSettings, cache: PromptCacheMarks = .none
  ) throws -> JSONValue {
    let request = CompletionRequest(messages: messages, settings: settings)
    return try JSONReader.read(AnthropicCodec().body(request, isStreamed: false, cache: cache))
  }

  private func refusal(_ messages: [ChatMessage], _ settings: ModelSettings) -> String? {
    do throws(UnsupportedRequest) {
      _ = try AnthropicCodec().body(
        CompletionRequest(messages: messages, settings: settings), isStreamed: false, cache: .none)
      return nil
    } catch {
      return error.feature
    }
  }

  @Test func `writes the documented request`() throws {
    var all = try settings()
    all.temperature = 0.5
    all.topP = 0.9
    all.stop = ["END"]
    let request = CompletionRequest(
      messages: [
        ChatMessage(role: .system, content: "Be brief."), ChatMessage(role: .system, content: "Be kind."),
        ChatMessage(role: .user, content: "Hi"), ChatMessage(role: .assistant, content: "Hello."),
        ChatMessage(role: .user, content: "More"),
      ], settings: all)
    let expected = """
      {"model":"claude-sonnet-4-5","max_tokens":100,
       "system":[{"type":"text","text":"Be brief."},{"type":"text","text":"Be kind."}],
       "messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]},
                   {"role":"assistant","content":[{"type":"text","text":"Hello."}]},
                   {"role":"user","content":[{"type":"text","text":"More"}]}],
       "temperature":0.5,"top_p":0.9,"stop_sequences":["END"],"stream":true}
      """
    let written = try AnthropicCodec().body(request, isStreamed: true, cache: .none)
    #expect(try JSONReader.read(written) == JSONReader.read(Array(expected.utf8)))
    let headers = AnthropicCodec().headers(key: Secret("k"))
    #expect(headers["x-api-key"] == "k")
    #expect(headers["anthropic-version"] == "2023-06-01")
  }

  @Test func `names a limit where the request has none`() throws {
    var open = try settings()
    open.maxTokens = nil
    let turns = [ChatMessage(role: .user, content: "?")]
    #expect(try body(turns, open)["max_tokens"]?.count == 8192)
    open.model = "claude-3-haiku-20240307"
    #expect(try body(turns, open)["max_tokens"]?.count == 4096)
  }

  @Test func `translates tools, their choice, calls and results`() throws {
    let turns = [
      ChatMessage(role: .user, content: "Weather in Rome and Oslo?"),
      try message(
        #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Rome\", \"n\": 12345678901234567890}"}},{"id":"b","type":"function","function":{"name":"weather","arguments":""}}]}"#
      ),
      try message(#"{"role":"tool","tool_call_id":"a","content":"sunny"}"#),
      try message(#"{"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"snow"}]}"#),
      ChatMessage(role: .user, content: "And tomorrow?"),
    ]
    let asked = try settings([
      "tools":
        #"[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object","properties":{"city":{"type":"string"}}},"strict":true}},{"type":"function","function":{"name":"now"}}]"#,
      "tool_choice": #""required""#, "parallel_tool_calls": "false",
    ])
    let found = try body(turns, asked)
    let expected = #"""
      [{"role":"user","content":[{"type":"text","text":"Weather in Rome and Oslo?"}]},
       {"role":"assistant","content":[
         {"type":"tool_use","id":"a","name":"weather","input":{"city":"Rome","n":12345678901234567890}},
         {"type":"tool_use","id":"b","name":"weather","input":{}}]},
       {"role":"user","content":[
         {"type":"tool_result","tool_use_id":"a","content":"sunny"},
         {"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"snow"}]},
         {"type":"text","text":"And tomorrow?"}]}]
      """#
    #expect(try found["messages"] == JSONReader.read(Array(expected.utf8)))
    let tools = #"""
      [{"name":"weather","description":"d","strict":true,
        "input_schema":{"type":"object","properties":{"city":{"type":"string"}}}},
       {"name":"now","input_schema":{"type":"object","properties":{}}}]
      """#
    #expect(try found["tools"] == JSONReader.read(Array(tools.utf8)))
    #expect(
      found["tool_choice"] == .object(["type": .string("any"), "disable_parallel_tool_use": .bool(true)]))
    // Numbers keep their digits.
    let request = CompletionRequest(messages: turns, settings: asked)
    let bytes = try AnthropicCodec().body(request, isStreamed: false, cache: .none)
    #expect(String(decoding: bytes, as: UTF8.self).contains("12345678901234567890"))
  }

  @Test(arguments: [
    (#""auto""#, #"{"type":"auto"}"#), (#""none""#, #"{"type":"none"}"#),
    (#"{"type":"function","function":{"name":"f"}}"#, #"{"type":"tool","name":"f"}"#),
  ])
  func `translates each choice of tools`(choice: String, expected: String) throws {
    let asked = try settings(["tool_choice": choice])
    let found = try body([ChatMessage(role: .user, content: "?")], asked)["tool_choice"]
    #expect(try found == JSONReader.read(Array(expected.utf8)))
  }

  @Test func `translates images and documents`() throws {
    let turns = [
      try message(
        #"{"role":"user","content":[{"type":"text","text":"Which?","cache_control":{"type":"ephemeral"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBOR"}},{"type":"image_url","image_url":{"url":"https://example.org/a.jpg","detail":"auto"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}]}"#
      )
    ]
    let expected = #"""
      [{"type":"text","text":"Which?","cache_control":{"type":"ephemeral"}},
       {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}},
       {"type":"image","source":{"type":"url","url":"https://example.org/a.jpg"}},
       {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"a.pdf"}]
      """#
    #expect(try body(turns, try settings())["messages"]?[0]?["content"] == JSONReader.read(Array(expected.utf8)))
  }

  @Test func `passes its own fields through, and names what it has no words for`() throws {
    let turn = [ChatMessage(role: .user, content: "?")]
    let own = try settings(["thinking": #"{"type":"enabled","budget_tokens":1024}"#, "top_k": "5", "user": #""u""#])
    let found = try body(turn, own)
    #expect(found["thinking"]?["budget_tokens"]?.count == 1024)
    #expect(found["top_k"]?.count == 5)
    #expect(found["metadata"]?["user_id"] == .string("u"))
    for field in ["logprobs", "presence_penalty", "logit_bias", "reasoning_effort", "prediction"] {
      #expect(refusal(turn, try settings([field: #""x""#])) == field)
    }
    #expect(refusal(turn, try settings(["logprobs": "false", "presence_penalty": "0"])) == nil)
    #expect(refusal(turn, try settings(["n": "2"])) == "n")
    for (change, name) in [
      ({ $0.seed = 1 }, "seed"), ({ $0.temperature = 1.5 }, "temperature above 1"),
      ({ $0.format = .grammar("root ::= x") }, "grammar"),
      ({ $0.format = .jsonObject }, "response_format \"json_object\""),
    ] as [((inout ModelSettings) -> Void, String)] {
      var changed = try settings()
      change(&changed)
      #expect(refusal(turn, changed)?.hasPrefix(name) == true)
    }
  }

  @Test(arguments: [
    (#"{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}"#, "input_audio"),
    (#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"a","detail":"high"}}]}"#, "detail"),
    (#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"ftp://a"}}]}"#, "image address"),
    (
      #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/bmp;base64,a"}}]}"#,
      "image of another"
    ),
    (#"{"role":"user","content":[{"type":"text","text":"a","tone":"b"}]}"#, "tone"),
    (#"{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}"#, "file"),
    (#"{"role":"user","content":"a","name":"b"}"#, "name"),
    (#"{"role":"assistant","content":"a","audio":{"id":"x"}}"#, "audio"),
    (
      #"{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"[1"}}]}"#,
      "arguments"
    ),
    (#"{"role":"function","name":"f","content":"x"}"#, "function message"),
  ])
  func `refuses by name what would mean something else`(message text: String, name: String) throws {
    let turns = [try message(text)]
    let found = refusal(turns, try settings())
    #expect(found?.contains(name) == true, "\(found ?? "taken")")
    let late = [ChatMessage(role: .user, content: "a"), ChatMessage(role: .system, content: "b")]
    #expect(refusal(late, try settings()) == "system message after the first turn")
  }

  @Test func `asks for a schema's JSON beside its own output settings`() throws {
    var schema = try settings(["output_config": #"{"effort":"low"}"#])
    schema.format = .jsonSchema(AnswerSchema(name: "n", schema: #"{"type":"object","properties":{"b":{},"a":{}}}"#))
    let found = try body([ChatMessage(role: .user, content: "?")], schema)
    let expected =
      #"{"effort":"low","format":{"type":"json_schema","schema":{"type":"object","properties":{"b":{},"a":{}}}}}"#
    #expect(try found["output_config"] == JSONReader.read(Array(expected.utf8)))
  }

  @Test func `marks the stable beginning, unless the caller has`() throws {
    let marks = PromptCacheMarks(prefix: true, conversation: true)
    let turns = [
      ChatMessage(role: .system, content: "long"), ChatMessage(role: .user, content: "a"),
      ChatMessage(role: .assistant, content: "b"), ChatMessage(role: .user, content: "c"),
    ]
    let mark = JSONValue.object(["type": .string("ephemeral")])
    let found = try body(turns, try settings(), cache: marks)
    #expect(found["system"]?[0]?["cache_control"] == mark)
    #expect(found["messages"]?[2]?["content"]?[0]?["cache_control"] == mark)
    #expect(found["messages"]?[0]?["content"]?[0]?["cache_control"] == nil)
    let tools = #"[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]"#
    let toolsOnly = try body(
      Array(turns.dropFirst()), try settings(["tools": tools]), cache: PromptCacheMarks(prefix: true))
    #expect(toolsOnly["tools"]?[0]?["cache_control"] == nil)
    #expect(toolsOnly["tools"]?[1]?["cache_control"] == mark)
    let own = [
      try message(
        #"{"role":"system","content":[{"type":"text","text":"long","cache_control":{"type":"ephemeral","ttl":"1h"}}]}"#)
    ]
    let kept = try body(own + turns.dropFirst(), try settings(), cache: marks)
    #expect(kept["system"]?[0]?["cache_control"]?["ttl"] == .string("1h"))
    #expect(kept["messages"]?[2]?["content"]?[0]?["cache_control"] == nil)
  }

  // MARK: Replies

  private func reply(streamed events: [(String, String)]) throws(ReplyFailure) -> (AnthropicReply, [CompletionDelta]) {
    var reply = AnthropicReply(maximumBytes: 1 << 20)
    var deltas: [CompletionDelta] = []
    for (type, data) in events { deltas += try reply.take(ServerSentEvent(type: type, data: data)) }
    return (reply, deltas)
  }

  static let toolStream = [
    (
      "message_start",
      #"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"usage":{"input_tokens":20,"cache_creation_input_tokens":300,"cache_read_input_tokens":4000,"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":100},"output_tokens":2}}}"#
    ), ("ping", #"{"type":"ping"}"#),
    (
      "content_block_start",
      #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#
    ),
    (
      "content_block_delta",
      #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#
    ),
    (
      "content_block_delta",
      #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s="}}"#
    ),
    ("content_block_stop", #"{"type":"content_block_stop","index":0}"#),
    ("content_block_start", #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#),
    (
      "content_block_delta", #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Let me "}}"#
    ),
    ("content_block_delta", #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"see."}}"#),
    (
      "content_block_start",
      #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}"#
    ),
    (
      "content_block_delta",
      #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}"#
    ),
    (
      "content_block_delta",
      #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}"#
    ),
    (
      "content_block_delta",
      #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}"#
    ),
    (
      "content_block_start",
      #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t2","name":"g","input":{}}}"#
    ),
    ("unheard_of", #"{"type":"unheard_of","new":[1]}"#),
    (
      "message_delta",
      #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":40}}"#
    ),
    ("message_stop", #"{"type":"message_stop"}"#),
  ]

  @Test func `puts a stream with thoughts, text and calls together`() throws {
    let (reply, deltas) = try reply(streamed: Self.toolStream)
    let content = reply.content
    #expect(reply.hasEnded)
    #expect(content.text == "Let me see.")
    #expect(content.model == "claude-x")
    #expect(content.finishReason == .toolCalls)
    let expected = #"""
      {"role":"assistant","content":"Let me see.","tool_calls":[
        {"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
        {"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}],
       "content_blocks":[{"type":"thinking","thinking":"Hm","signature":"s="},{"type":"text","text":"Let me see."},
        {"type":"tool_use","id":"t1","name":"f","input":{"a":1}},{"type":"tool_use","id":"t2","name":"g","input":{}}]}
      """#
    #expect(try content.message?.value == JSONReader.read(Array(expected.utf8)))
    let usage = content.usage(for: Scene.request)
    #expect(
      usage == TokenUsage(prompt: 4320, completion: 40, cachedPrompt: 4000, cacheWrite: 300, longCacheWrite: 100))
    #expect(deltas.compactMap(\.text) == ["Let me ", "see."])
    let calls = deltas.compactMap { delta -> JSONValue? in
      if case .form(0, let form) = delta { form.value["tool_calls"]?[0] } else { nil }
    }
    #expect(calls.map { $0["index"]?.count } == [0, 0, 0, 1])
    #expect(calls.compactMap { $0["function"]?["arguments"]?.text }.joined() == #"{"a":1}"#)
    #expect(calls.compactMap { $0["id"]?.text } == ["t1", "t2"])
  }

  @Test func `a block that began twice or after its deltas loses nothing`() throws {
    let (reply, deltas) = try reply(streamed: [
      ("a", #"{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"late "}}"#),
      ("a", #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#),
      ("a", #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"early"}}"#),
      ("a", #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#),
      ("a", #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#),
      (
        "a",
        #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#
      ),
    ])
    #expect(reply.content.text == "late early")
    #expect(deltas.compactMap(\.text) == ["late ", "early"])
    #expect(reply.content.message?["tool_calls"]?.elements?.first?.value["id"]?.text == "t")
  }

  @Test func `sends back what it said, as it said it`() throws {
    let (reply, _) = try reply(streamed: Self.toolStream)
    let said = try ChatMessage(openAI: try #require(reply.content.message))
    let found = try body(
      [
        ChatMessage(role: .user, content: "?"), said,
        try message(#"{"role":"tool","tool_call_id":"t1","content":"1"}"#),
      ],
      try settings())
    let blocks = found["messages"]?[1]?["content"]
    #expect(blocks?[0]?["signature"] == .string("s="))
    #expect(blocks?[2]?["input"] == .object(["a": .number(1)]))
  }

  @Test func `reads a whole message`() throws {
    var reply = AnthropicReply(maximumBytes: 1 << 20)
    try reply.take(
      whole: Array(
        #"{"type":"message","model":"m","content":[{"type":"text","text":"Hi"},{"type":"tool_use","id":"t","name":"f","input":{"z":1,"a":1.10}}],"stop_reason":"max_tokens","usage":{"input_tokens":3,"output_tokens":5},"new":{}}"#
          .utf8))
    #expect(reply.content.text == "Hi")
    #expect(reply.content.finishReason == .length)
    #expect(
      reply.content.message?["tool_calls"]?.elements?[0]["function"]?["arguments"]?.value.text == #"{"z":1,"a":1.10}"#)
    #expect(reply.content.usage(for: Scene.request) == TokenUsage(prompt: 3, completion: 5))
    var plain = AnthropicReply(maximumBytes: 1 << 20)
    try plain.take(whole: Array(#"{"content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn"}"#.utf8))
    #expect(plain.content.message == nil)
  }

  @Test(arguments: [
    ("overloaded_error", 529), ("rate_limit_error", 429), ("api_error", 500), ("invalid_request_error", 400),
    ("authentication_error", 401), ("not_found_error", 404), ("request_too_large", 413),
  ])
  func `takes an error in a stream for the status that it would have had`(type: String, status: Int) throws {
    var reply = AnthropicReply(maximumBytes: 1 << 20)
    let event = ServerSentEvent(
      type: "error", data: #"{"type":"error","error":{"type":"\#(type)","message":"PROMPT"}}"#)
    #expect(throws: ReplyFailure.error(ProviderErrorCode(type: type, code: nil), status: status)) {
      try reply.take(event)
    }
  }
}
