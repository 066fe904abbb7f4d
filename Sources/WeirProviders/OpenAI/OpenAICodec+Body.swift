internal import WeirDomain

extension OpenAICodec {
  /// Messages and fields that pass through are written as they came.
  package func body(
    _ request: CompletionRequest, isStreamed: Bool, cache: PromptCacheMarks
  ) throws(UnsupportedRequest) -> [UInt8] {
    let settings = request.settings
    var json = JSONWriter()
    json.beginObject()
    json.add("model", settings.model)
    json.beginArray("messages")
    for message in request.messages { Self.add(message, to: &json) }
    json.endArray()
    if let most = settings.maxTokens {
      json.add(namesLimitMaxCompletionTokens ? "max_completion_tokens" : "max_tokens", most)
    }
    if let temperature = settings.temperature { json.add("temperature", temperature) }
    if let topP = settings.topP { json.add("top_p", topP) }
    // Seeds are 64-bit signed there; the top bit is dropped so that equal seeds stay equal.
    if let seed = settings.seed { json.add("seed", Int64(seed & UInt64(Int64.max))) }
    if !settings.stop.isEmpty {
      json.beginArray("stop")
      for stop in settings.stop { json.add(nil, stop) }
      json.endArray()
    }
    try Self.add(settings.format, to: &json)
    for (name, value) in settings.extra.sorted(by: { $0.key < $1.key }) { json.add(name, value) }
    if sendsCacheKey, settings.extra["prompt_cache_key"] == nil, let key = cache.key {
      json.add("prompt_cache_key", key)
    }
    if isStreamed {
      json.add("stream", true)
      if asksForUsage {
        json.beginObject("stream_options")
        json.add("include_usage", true)
        json.endObject()
      }
    }
    json.endObject()
    return Array(json.text.utf8)
  }

  private static func add(_ message: ChatMessage, to json: inout JSONWriter) {
    if let original = message.original { return json.add(nil, original) }
    json.beginObject()
    json.add("role", message.role.rawValue)
    json.add("content", message.content)
    json.endObject()
  }

  private static func add(_ format: AnswerFormat, to json: inout JSONWriter) throws(UnsupportedRequest) {
    switch format {
    case .text: break
    case .grammar: throw UnsupportedRequest("grammar")
    case .jsonObject:
      json.beginObject("response_format")
      json.add("type", "json_object")
      json.endObject()
    case .jsonSchema(let named):
      json.beginObject("response_format")
      json.add("type", "json_schema")
      json.beginObject("json_schema")
      json.add("name", named.name)
      if let purpose = named.purpose { json.add("description", purpose) }
      json.add("schema", json: named.schema)
      json.add("strict", named.isStrict)
      json.endObject()
      json.endObject()
    }
  }
}
