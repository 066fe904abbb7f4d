internal import WeirDomain

extension AnthropicCodec {
  package func body(
    _ request: CompletionRequest, isStreamed: Bool, cache: PromptCacheMarks
  ) throws(UnsupportedRequest) -> [UInt8] {
    let settings = request.settings
    var extra = settings.extra
    var tools = try AnthropicTools.tools(extra.removeValue(forKey: "tools"))
    let choice = try AnthropicTools.choice(
      extra.removeValue(forKey: "tool_choice"), isParallel: extra.removeValue(forKey: "parallel_tool_calls"),
      hasTools: tools != nil)
    var turns = try AnthropicTurns(request.messages)
    if !Self.isMarked(request) { Self.mark(&turns, &tools, cache) }
    var json = JSONWriter()
    json.beginObject()
    json.add("model", settings.model)
    json.add("max_tokens", settings.maxTokens ?? Self.maxTokens(model: settings.model))
    if !turns.system.isEmpty { json.add("system", .array(turns.system)) }
    json.beginArray("messages")
    for turn in turns.turns {
      json.beginObject()
      json.add("role", turn.role)
      json.add("content", .array(turn.blocks))
      json.endObject()
    }
    json.endArray()
    if let tools { json.add("tools", .array(tools)) }
    if let choice { json.add("tool_choice", choice) }
    if let temperature = settings.temperature {
      guard temperature <= 1 else { throw UnsupportedRequest("temperature above 1") }
      json.add("temperature", temperature)
    }
    if let topP = settings.topP { json.add("top_p", topP) }
    if settings.seed != nil { throw UnsupportedRequest("seed") }
    if !settings.stop.isEmpty { json.add("stop_sequences", .array(settings.stop.map { JSONText(string: $0) })) }
    try Self.add(settings.format, &extra, to: &json)
    try Self.add(extra, to: &json)
    if isStreamed { json.add("stream", true) }
    json.endObject()
    return Array(json.text.utf8)
  }

  private static func add(
    _ format: AnswerFormat, _ extra: inout [String: JSONText], to json: inout JSONWriter
  ) throws(UnsupportedRequest) {
    switch format {
    case .text: return
    case .grammar: throw UnsupportedRequest("grammar")
    case .jsonObject: throw UnsupportedRequest("response_format \"json_object\" (it has \"json_schema\")")
    case .jsonSchema(let named):
      guard let schema = JSONText(text: named.schema) else { throw UnsupportedRequest("schema that is no JSON") }
      let form = JSONText.object([("type", JSONText(string: "json_schema")), ("schema", schema)])
      let own = extra.removeValue(forKey: "output_config")?.members ?? []
      guard !own.contains(where: { $0.name == "format" }) else {
        throw UnsupportedRequest("second format beside response_format")
      }
      json.add("output_config", .object(own + [("format", form)]))
    }
  }

  /// Fields that OpenAI's API has and this one has not; values that mean the same as leaving them out say nothing.
  private static let foreign: Set<String> = [
    "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "modalities", "moderation",
    "n", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
    "reasoning_effort", "safety_identifier", "store", "top_logprobs", "verbosity", "web_search_options",
  ]

  private static func add(_ extra: [String: JSONText], to json: inout JSONWriter) throws(UnsupportedRequest) {
    for (name, text) in extra.sorted(by: { $0.key < $1.key }) {
      let value = text.value
      if foreign.contains(name) {
        guard [.bool(false), .number(0), .array([]), .object([:])].contains(value) else {
          throw UnsupportedRequest(name)
        }
      } else if name == "user" {
        guard extra["metadata"] == nil, let user = value.text else { throw UnsupportedRequest("user beside metadata") }
        json.add("metadata", .object([("user_id", JSONText(string: user))]))
      } else {
        json.add(name, text)
      }
    }
  }

  // MARK: Prompt cache

  /// A caller who marks its request knows better.
  private static func isMarked(_ request: CompletionRequest) -> Bool {
    let name = "cache_control"
    return request.settings.extra[name] != nil || request.settings.extra["tools"]?.mentions(member: name) == true
      || request.messages.contains { $0.original?.mentions(member: name) == true }
  }

  /// Marks the end of the stable prefix, which is tools and then the system's blocks, and the end of the conversation.
  private static func mark(_ turns: inout AnthropicTurns, _ tools: inout [JSONText]?, _ marks: PromptCacheMarks) {
    let mark = JSONText.object([("type", JSONText(string: "ephemeral"))])
    if marks.prefix {
      if let last = turns.system.indices.last {
        turns.system[last] = turns.system[last].adding("cache_control", mark)
      } else if let marked = tools?.last?.adding("cache_control", mark) {
        tools?.removeLast()
        tools?.append(marked)
      }
    }
    if marks.conversation, let turn = turns.turns.indices.last, let last = turns.turns[turn].blocks.indices.last {
      turns.turns[turn].blocks[last] = turns.turns[turn].blocks[last].adding("cache_control", mark)
    }
  }
}
