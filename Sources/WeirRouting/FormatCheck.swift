internal import WeirDomain

/// Whether a remote answer can be what was asked for: a remote model may have cut JSON, or have no mode for it.
///
/// Of a schema the type of the whole value and the members that it requires are looked at, where the schema states them
/// at its root.
enum FormatCheck {
  static func accepts(_ text: String, as format: AnswerFormat) -> Bool {
    guard format.isJSON else { return true }
    guard let value = try? JSONReader.read(Array(text.utf8)) else { return false }
    guard case .jsonSchema(let named) = format else { return isOf(type: "object", value) }
    // A schema that cannot be read was refused before anybody was asked.
    guard let schema = try? JSONReader.read(Array(named.schema.utf8)) else { return true }
    if let type = schema["type"] {
      guard (type.array ?? [type]).contains(where: { isOf(type: $0.text, value) }) else { return false }
    }
    guard case .object(let members) = value else { return true }
    return (schema["required"]?.array ?? []).allSatisfy { name in name.text.map { members[$0] != nil } ?? true }
  }

  private static func isOf(type: String?, _ value: JSONValue) -> Bool {
    switch value {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .number(let number): type == "number" || type == "integer" && number.rounded() == number
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }
}
