internal import WeirDomain

/// A conversation as the Messages API has it: the system's blocks apart, and turns of user and assistant as lists of
/// content blocks.
struct AnthropicTurns: Sendable {
  struct Turn: Sendable {
    var role: String
    var blocks: [JSONText]
  }

  var system: [JSONText] = []
  var turns: [Turn] = []

  init(_ messages: [ChatMessage]) throws(UnsupportedRequest) {
    for message in messages { try add(message) }
  }

  private mutating func add(_ message: ChatMessage) throws(UnsupportedRequest) {
    switch message.role {
    case .system:
      // There is one place for instructions, before everything else.
      guard turns.isEmpty else { throw UnsupportedRequest("system message after the first turn") }
      system += try Self.blocks(of: message)
      try Self.refuseRest(of: message, known: ["role", "content"])
    case .user:
      append("user", try Self.blocks(of: message))
      try Self.refuseRest(of: message, known: ["role", "content"])
    case .assistant: append("assistant", try Self.assistantBlocks(message))
    case .tool: append("user", [try Self.result(message)])
    }
  }

  /// Turns of one role in a row are one turn there: results of tools above all, which must come together.
  private mutating func append(_ role: String, _ blocks: [JSONText]) {
    if turns.last?.role == role {
      turns[turns.count - 1].blocks += blocks
    } else {
      turns.append(Turn(role: role, blocks: blocks))
    }
  }

  static func text(_ text: String) -> JSONText {
    .object([("type", JSONText(string: "text")), ("text", JSONText(string: text))])
  }

  private static func blocks(of message: ChatMessage) throws(UnsupportedRequest) -> [JSONText] {
    guard let content = message.original?["content"], let parts = content.elements else {
      return [text(message.content)]
    }
    var blocks: [JSONText] = []
    for part in parts { blocks.append(try AnthropicPart.block(part)) }
    return blocks
  }

  private static func assistantBlocks(_ message: ChatMessage) throws(UnsupportedRequest) -> [JSONText] {
    guard let original = message.original else { return [text(message.content)] }
    // What this API itself said, thoughts and their signatures included, goes back as it came.
    if let own = original["content_blocks"]?.elements { return own }
    var blocks: [JSONText] = []
    if let parts = original["content"]?.elements {
      for part in parts { blocks.append(try AnthropicPart.block(part)) }
    } else if !message.content.isEmpty {
      blocks.append(text(message.content))
    }
    for call in original["tool_calls"]?.elements ?? [] { blocks.append(try self.call(call)) }
    try refuseRest(of: message, known: ["role", "content", "tool_calls", "annotations", "reasoning_content"])
    return blocks
  }

  private static func call(_ call: JSONText) throws(UnsupportedRequest) -> JSONText {
    let value = call.value
    guard value["type"]?.text ?? "function" == "function", let id = value["id"]?.text,
      let name = value["function"]?["name"]?.text
    else { throw UnsupportedRequest("tool call that is no function with id and name") }
    let arguments = value["function"]?["arguments"]?.text ?? ""
    guard let input = JSONText(text: arguments.isEmpty ? "{}" : arguments), input.members != nil else {
      throw UnsupportedRequest("tool call whose arguments are no JSON object")
    }
    return .object([
      ("type", JSONText(string: "tool_use")), ("id", JSONText(string: id)), ("name", JSONText(string: name)),
      ("input", input),
    ])
  }

  private static func result(_ message: ChatMessage) throws(UnsupportedRequest) -> JSONText {
    guard let original = message.original, let id = original["tool_call_id"]?.value.text else {
      throw UnsupportedRequest("function message without tool_call_id")
    }
    var members = [("type", JSONText(string: "tool_result")), ("tool_use_id", JSONText(string: id))]
    if let parts = original["content"]?.elements {
      var blocks: [JSONText] = []
      for part in parts { blocks.append(try AnthropicPart.block(part)) }
      members.append(("content", .array(blocks)))
    } else {
      members.append(("content", JSONText(string: message.content)))
    }
    if let mark = original["cache_control"] { members.append(("cache_control", mark)) }
    // The API knows the tool by the call's id.
    try refuseRest(of: message, known: ["role", "content", "tool_call_id", "name", "cache_control"])
    return .object(members)
  }

  private static func refuseRest(of message: ChatMessage, known: Set<String>) throws(UnsupportedRequest) {
    for (name, value) in message.original?.members ?? [] where !known.contains(name) && value.value != .null {
      throw UnsupportedRequest("message field \(RequestNeed.field(name).name)")
    }
  }
}
