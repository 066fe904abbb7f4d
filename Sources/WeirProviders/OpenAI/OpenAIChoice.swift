internal import WeirDomain

/// One choice of a chat completion, put together from a message or from a stream's deltas.
struct OpenAIChoice: Sendable {
  var text = ""
  var finishReason: Completion.FinishReason?
  private var whole: JSONText?
  private var calls: [Int: Call] = [:]
  private var others: [(name: String, value: Other)] = []

  private struct Call: Sendable {
    var id = ""
    var type = "function"
    var name = ""
    var arguments = ""
  }

  private enum Other: Sendable {
    /// Put together from its pieces.
    case text(String)
    case value(JSONText)
  }

  private static let mostCalls = 1024
  private static let mostOthers = 64

  /// The message in OpenAI's form; nil where it is a text alone.
  var message: JSONText? {
    if let whole { return whole }
    guard !calls.isEmpty || !others.isEmpty else { return nil }
    var json = JSONWriter()
    json.beginObject()
    json.add("role", "assistant")
    json.add("content", text.isEmpty ? nil : text)
    if !calls.isEmpty {
      json.beginArray("tool_calls")
      for (_, call) in calls.sorted(by: { $0.key < $1.key }) {
        json.beginObject()
        json.add("id", call.id)
        json.add("type", call.type)
        json.beginObject(call.type)
        json.add("name", call.name)
        json.add("arguments", call.arguments)
        json.endObject()
        json.endObject()
      }
      json.endArray()
    }
    for (name, value) in others {
      switch value {
      case .text(let text): json.add(name, text)
      case .value(let value): json.add(name, value)
      }
    }
    json.endObject()
    return JSONText(json)
  }

  mutating func take(whole choice: JSONValue, _ original: JSONText?) {
    let message = choice["message"]?.members ?? [:]
    text = Self.text(message["content"]) ?? ""
    if let reason = choice["finish_reason"]?.text { finishReason = Self.reason(reason) }
    if message.contains(where: { Self.isMore($0.key, $0.value) }) { whole = original }
  }

  /// Takes what a delta has besides text, and returns it; nil where there is nothing of it to pass on.
  mutating func take(delta: JSONText) -> JSONText? {
    let members = (delta.members ?? []).filter { Self.isMore($0.name, $0.value.value) }
    for (name, value) in members {
      if name == "tool_calls" {
        for (position, fragment) in (value.value.array ?? []).enumerated() { take(call: fragment, at: position) }
        continue
      }
      let place = others.firstIndex { $0.name == name }
      if let text = value.value.text {
        if let place, case .text(let earlier) = others[place].value {
          others[place].value = .text(earlier + text)
        } else if place == nil, others.count < Self.mostOthers {
          others.append((name, .text(text)))
        }
      } else if let place {
        others[place].value = .value(value)
      } else if others.count < Self.mostOthers {
        others.append((name, .value(value)))
      }
    }
    return members.isEmpty ? nil : .object(members)
  }

  /// Fragments come in any order; those without an index belong to the call at their place.
  private mutating func take(call fragment: JSONValue, at position: Int) {
    let index = fragment["index"]?.count ?? position
    guard calls[index] != nil || calls.count < Self.mostCalls else { return }
    var call = calls[index] ?? Call()
    if let id = fragment["id"]?.text, !id.isEmpty { call.id = id }
    if let type = fragment["type"]?.text, !type.isEmpty { call.type = type }
    let function = fragment[call.type] ?? fragment["function"]
    if let name = function?["name"]?.text, !name.isEmpty { call.name = name }
    if let arguments = (function?["arguments"] ?? function?["input"])?.text { call.arguments += arguments }
    calls[index] = call
  }

  /// True for a member that says more than role and text.
  static func isMore(_ name: String, _ value: JSONValue) -> Bool {
    switch (name, value) {
    case ("role", _), (_, .null): false
    case ("content", .string): false
    case (_, .array(let elements)): !elements.isEmpty && !(name == "content" && elements.allSatisfy(isText))
    default: true
    }
  }

  private static func isText(_ part: JSONValue) -> Bool { part["type"]?.text ?? "text" == "text" }

  /// Content is a string, or in some servers a list of parts with text.
  static func text(_ content: JSONValue?) -> String? {
    switch content {
    case .string(let text): text
    case .array(let parts): parts.compactMap { $0["text"]?.text }.joined()
    default: nil
    }
  }

  static func reason(_ word: String) -> Completion.FinishReason {
    switch word {
    case "stop", "eos", "end_turn": .stop
    case "length", "max_tokens": .length
    case "tool_calls", "function_call": .toolCalls
    case "content_filter": .contentFilter
    default: .other
    }
  }
}
