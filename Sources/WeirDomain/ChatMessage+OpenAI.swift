/// Chat messages as OpenAI's API writes them (https://platform.openai.com/docs/api-reference/chat/create).
extension ChatMessage {
  /// What is wrong with a message; never its text.
  package struct Fault: Error, Sendable, Equatable {
    package var rule: String
  }

  /// Takes role and texts, and keeps the original where they are not all of it. Whatever a message has besides is kept
  /// as it is: its provider judges it.
  package init(openAI original: JSONText) throws(Fault) {
    guard let members = original.members else { throw Fault(rule: "must be an object") }
    let fields = Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    guard let word = fields["role"]?.value.text, let role = Self.role(word) else {
      throw Fault(rule: "must have a role: system, developer, user, assistant or tool")
    }
    let content = fields["content"]?.value ?? .null
    var isPlain = fields.count == 2 && word == role.rawValue && role != .tool
    switch content {
    case .string(let text): self.content = text
    case .array(let parts):
      let texts = parts.compactMap { $0["type"]?.text == "text" ? $0["text"]?.text : nil }
      self.content = texts.joined(separator: "\n\n")
      // One part with nothing but its text says the same as the text alone.
      isPlain = isPlain && parts.count == 1 && texts.count == 1 && parts[0].members?.count == 2
      guard parts.allSatisfy({ $0["type"]?.text != nil }), !parts.isEmpty else {
        throw Fault(rule: "must have parts with a type each")
      }
    case .null:
      guard role == .assistant, fields.keys.contains(where: { $0 != "role" && $0 != "content" }) else {
        throw Fault(rule: "must have content")
      }
      self.content = ""
      isPlain = false
    default: throw Fault(rule: "must have content: a text or a list of parts")
    }
    if role == .tool, fields["tool_call_id"]?.value.text == nil, word == "tool" {
      throw Fault(rule: "must name its tool_call_id")
    }
    self.role = role
    self.original = isPlain ? nil : original
  }

  private static func role(_ word: String) -> Role? {
    switch word {
    case "developer": .system
    // The form that tools replaced.
    case "function": .tool
    default: Role(rawValue: word)
    }
  }

  /// What only a remote model can be given.
  package var needs: Set<RequestNeed> {
    guard let original, let members = original.members else { return role == .tool ? [.tools] : [] }
    var needs: Set<RequestNeed> = role == .tool ? [.tools] : []
    for (name, value) in members {
      switch name {
      case "role": break
      case "content":
        for part in value.value.array ?? [] { needs.formUnion(Self.needs(ofPart: part)) }
      case "tool_calls", "function_call", "tool_call_id": if value.value != .null { needs.insert(.tools) }
      // The name of a tool whose result this is.
      case "name" where role == .tool: break
      case "audio": if value.value != .null { needs.insert(.audio) }
      default: if value.value != .null { needs.insert(.field(name)) }
      }
    }
    return needs
  }

  private static func needs(ofPart part: JSONValue) -> Set<RequestNeed> {
    let type = part["type"]?.text ?? ""
    switch type {
    case "text":
      // A marker of a provider's prompt cache changes no answer.
      return Set(
        (part.members ?? [:]).keys.filter { !["type", "text", "cache_control"].contains($0) }.map { .field($0) })
    case "image_url": return [.images]
    case "input_audio": return [.audio]
    case "file": return [.files]
    default: return [.field(type)]
    }
  }

  /// Bytes that a model reads as text, and how many images, sounds or files there are besides.
  package var size: (bytes: Int, media: Int) {
    guard let original else { return (content.utf8.count, 0) }
    var size = (bytes: 0, media: 0)
    Self.measure(original.value, into: &size)
    return size
  }

  private static func measure(_ value: JSONValue, into size: inout (bytes: Int, media: Int)) {
    switch value {
    case .null: break
    case .bool, .number: size.bytes += 4
    case .string(let text): size.bytes += text.utf8.count
    case .array(let elements): for element in elements { measure(element, into: &size) }
    case .object(let members):
      if let type = members["type"]?.text, ["image_url", "input_audio", "file"].contains(type) {
        size.media += 1
        return
      }
      for (name, member) in members where name != "role" { measure(member, into: &size) }
    }
  }
}
