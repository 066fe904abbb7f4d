package import WeirDomain

/// Reads `response_format` as OpenAI's chat completions have it, and `grammar` beside it.
///
/// It reads the text itself, because the order of a schema's properties is the order in which they are answered.
package enum ResponseFormat {
  package static let field = "response_format"
  package static let grammarField = "grammar"

  /// The format that a JSON object asks for; nil where it names none. A schema is only read here, not compiled.
  package static func read(object bytes: [UInt8]) throws(GrammarFailure) -> AnswerFormat? {
    guard let members = try SchemaReader.read(bytes).members else { return nil }
    let format = members[field] ?? .null
    let grammar = members[grammarField] ?? .null
    if grammar != .null {
      guard format == .null else { throw wrong(grammarField, "left out where response_format is given") }
      guard let text = grammar.text, !text.isEmpty, text.utf8.count <= Grammar.maximumBytes else {
        throw wrong(grammarField, "a text of 1 to \(Grammar.maximumBytes) bytes")
      }
      return .grammar(text)
    }
    return format == .null ? nil : try self.format(format)
  }

  private static func format(_ value: SchemaValue) throws(GrammarFailure) -> AnswerFormat {
    guard let members = value.members else { throw wrong(field, "an object with a type") }
    switch members["type"] {
    case .string("text") where members.count == 1: return .text
    case .string("json_object") where members.count == 1: return .jsonObject
    case .string("json_schema") where members.count == 2:
      guard let named = members["json_schema"]?.members else { throw wrong("json_schema", "an object") }
      return .jsonSchema(try schema(named))
    default:
      throw wrong(
        field,
        #"{"type":"text"}, {"type":"json_object"} or {"type":"json_schema","json_schema":{"name":..,"schema":..}}"#)
    }
  }

  private static func schema(_ members: SchemaMembers) throws(GrammarFailure) -> AnswerSchema {
    for name in members.names where !["name", "description", "schema", "strict"].contains(name) {
      throw wrong("json_schema", "an object of name, description, schema and strict")
    }
    // The name goes to remote models, which allow these letters.
    guard let name = members["name"]?.text, (1...64).contains(name.utf8.count),
      name.utf8.allSatisfy({
        (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
          || $0 == 0x2D
      })
    else { throw wrong("name", "1 to 64 letters, digits, _ or -") }
    guard let schema = members["schema"], schema.members != nil else { throw wrong("schema", "an object") }
    var result = AnswerSchema(name: name, schema: schema.compact)
    guard result.schema.utf8.count <= Grammar.maximumBytes else {
      throw .tooLarge(what: "bytes", found: result.schema.utf8.count, allowed: Grammar.maximumBytes)
    }
    if let purpose = members["description"], purpose != .null {
      guard let text = purpose.text, text.utf8.count <= 4096 else {
        throw wrong("description", "a text of up to 4096 bytes")
      }
      result.purpose = text
    }
    if let strict = members["strict"], strict != .null {
      guard case .bool(let isStrict) = strict else { throw wrong("strict", "true or false") }
      result.isStrict = isStrict
    }
    return result
  }

  private static func wrong(_ name: String, _ allowed: String) -> GrammarFailure {
    .requestField(name, allowed: allowed)
  }
}
