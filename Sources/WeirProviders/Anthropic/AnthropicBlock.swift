internal import WeirDomain

/// One content block of a message: as it came, or put together from its deltas.
struct AnthropicBlock: Sendable {
  let type: String
  private var start: JSONText
  /// Of a text or a thought.
  private(set) var text: String
  /// Pieces of a tool's input, as JSON text.
  private var input = ""
  private var signature = ""
  private var citations: [JSONText] = []
  private var isStreamed = false
  /// True for one that its deltas began.
  private var isImplied = false

  init(start: JSONText) {
    self.start = start
    let value = start.value
    type = value["type"]?.text ?? ""
    text = value["text"]?.text ?? value["thinking"]?.text ?? ""
    signature = value["signature"]?.text ?? ""
  }

  /// For deltas that came before their start.
  init(type: String) {
    self.init(start: .object([("type", JSONText(string: type))]))
    isImplied = true
  }

  /// Takes the start of a block that its deltas began; any other block has its own.
  mutating func begin(_ start: JSONText) {
    guard isImplied, start["type"]?.value.text == type else { return }
    self.start = start
    isImplied = false
  }

  static func type(ofDelta delta: JSONValue) -> String {
    switch delta["type"]?.text {
    case "input_json_delta": "tool_use"
    case "thinking_delta", "signature_delta": "thinking"
    default: "text"
    }
  }

  /// True for a text with more than its text.
  var hasMore: Bool {
    type == "text" && (!citations.isEmpty || start["citations"].map { $0.value != .null } ?? false)
  }

  /// The call in OpenAI's form.
  var call: JSONText {
    .object([
      ("id", JSONText(string: start["id"]?.value.text ?? "")), ("type", JSONText(string: "function")),
      (
        "function",
        .object([
          ("name", JSONText(string: start["name"]?.value.text ?? "")), ("arguments", JSONText(string: arguments)),
        ])
      ),
    ])
  }

  /// What a stream brought, else what the block began with; an input cut short stays as it came.
  private var arguments: String { input.isEmpty ? start["input"]?.text ?? "{}" : input }

  /// The block as the API would have sent it in one piece.
  var original: JSONText {
    guard isStreamed else { return start }
    var members = (start.members ?? []).filter {
      !["text", "thinking", "signature", "input", "citations"].contains($0.name)
    }
    switch type {
    case "text":
      members.append(("text", JSONText(string: text)))
      if !citations.isEmpty { members.append(("citations", .array(citations))) }
    case "thinking":
      members.append(("thinking", JSONText(string: text)))
      members.append(("signature", JSONText(string: signature)))
    default:
      members.append(("input", JSONText(text: arguments) ?? .object([])))
    }
    return .object(members)
  }

  /// What the block's begin passes on; `call` counts calls of tools from 0.
  func opening(call index: Int) -> CompletionDelta? {
    switch type {
    case "text": return text.isEmpty ? nil : .text(text)
    case "tool_use":
      let whole = start["input"].map { $0.members?.isEmpty == false } ?? false
      var json = JSONWriter()
      json.beginObject()
      json.beginArray("tool_calls")
      json.beginObject()
      json.add("index", index)
      json.add("id", start["id"]?.value.text ?? "")
      json.add("type", "function")
      json.beginObject("function")
      json.add("name", start["name"]?.value.text ?? "")
      json.add("arguments", whole ? start["input"]?.text ?? "" : "")
      json.endObject()
      json.endObject()
      json.endArray()
      json.endObject()
      return .form(choice: 0, JSONText(json))
    default: return nil
    }
  }

  mutating func take(_ delta: JSONValue, _ original: JSONText?, call index: Int) -> CompletionDelta? {
    isStreamed = true
    switch delta["type"]?.text {
    case "text_delta":
      guard type == "text", let new = delta["text"]?.text, !new.isEmpty else { return nil }
      text += new
      return .text(new)
    case "input_json_delta":
      guard let new = delta["partial_json"]?.text, !new.isEmpty else { return nil }
      input += new
      guard type == "tool_use" else { return nil }
      let function = JSONText.object([("arguments", JSONText(string: new))])
      let call = JSONText.object([("index", JSONText(number: index)), ("function", function)])
      return .form(choice: 0, .object([("tool_calls", .array([call]))]))
    case "thinking_delta":
      guard type == "thinking", let new = delta["thinking"]?.text, !new.isEmpty else { return nil }
      text += new
      return .form(choice: 0, .object([("reasoning_content", JSONText(string: new))]))
    case "signature_delta":
      signature += delta["signature"]?.text ?? ""
      return nil
    case "citations_delta":
      if let citation = original?["citation"] { citations.append(citation) }
      return nil
    default: return nil
    }
  }
}
