internal import WeirDomain

/// OpenAI's tools and the choice among them, as the Messages API has them.
enum AnthropicTools {
  static func tools(_ tools: JSONText?) throws(UnsupportedRequest) -> [JSONText]? {
    guard let tools else { return nil }
    var result: [JSONText] = []
    for tool in tools.elements ?? [] { result.append(try self.tool(tool)) }
    return result
  }

  private static func tool(_ tool: JSONText) throws(UnsupportedRequest) -> JSONText {
    let type = tool["type"]?.value.text
    guard type == "function" else {
      throw UnsupportedRequest("tool of type \(RequestNeed.field(type ?? "").name)")
    }
    guard let function = tool["function"], let name = function["name"] else {
      throw UnsupportedRequest("tool without function and name")
    }
    var members = [("name", name)]
    var schema = JSONText.object([("type", JSONText(string: "object")), ("properties", .object([]))])
    for (name, value) in function.members ?? [] where value.value != .null {
      switch name {
      case "name": break
      case "description": members.append((name, value))
      case "parameters": schema = value
      case "strict": if value.value != .bool(false) { members.append((name, value)) }
      default: throw UnsupportedRequest("tool field \(RequestNeed.field(name).name)")
      }
    }
    members.append(("input_schema", schema))
    if let mark = tool["cache_control"] { members.append(("cache_control", mark)) }
    return .object(members)
  }

  /// `isParallel` is OpenAI's `parallel_tool_calls`.
  static func choice(
    _ choice: JSONText?, isParallel: JSONText?, hasTools: Bool
  ) throws(UnsupportedRequest) -> JSONText? {
    var members: [(name: String, value: JSONText)] = []
    switch choice?.value {
    case nil: break
    case .string("auto"): members = [("type", JSONText(string: "auto"))]
    case .string("none"): members = [("type", JSONText(string: "none"))]
    case .string("required"): members = [("type", JSONText(string: "any"))]
    case .some(let value):
      guard value["type"]?.text == "function", let name = value["function"]?["name"]?.text else {
        throw UnsupportedRequest("tool_choice that is no function's name")
      }
      members = [("type", JSONText(string: "tool")), ("name", JSONText(string: name))]
    }
    if isParallel?.value == .bool(false), hasTools, choice?.value != .string("none") {
      if members.isEmpty { members = [("type", JSONText(string: "auto"))] }
      members.append(("disable_parallel_tool_use", JSONText(text: "true") ?? JSONText(string: "")))
    }
    return members.isEmpty ? nil : .object(members)
  }
}
