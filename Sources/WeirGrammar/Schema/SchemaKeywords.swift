internal import WeirDomain

/// Which keywords of JSON Schema (draft 2020-12) are enforced, and which say nothing about the value.
enum SchemaKeywords {
  static let types = ["object", "array", "string", "number", "integer", "boolean", "null"]

  static let annotations: Set<String> = [
    "$schema", "$id", "$comment", "$anchor", "title", "description", "default", "examples", "deprecated", "readOnly",
    "writeOnly", "$defs", "definitions",
  ]

  /// Keywords with the type that they are about; nil for those about all.
  static let enforced: [String: String?] = [
    "type": nil, "enum": nil, "const": nil, "anyOf": nil, "oneOf": nil, "allOf": nil, "$ref": nil,
    "properties": "object", "required": "object", "additionalProperties": "object",
    "items": "array", "prefixItems": "array", "minItems": "array", "maxItems": "array",
    "minLength": "string", "maxLength": "string", "pattern": "string", "format": "string",
    "minimum": "number", "maximum": "number", "exclusiveMinimum": "number", "exclusiveMaximum": "number",
  ]

  private static let advice: [String: String] = [
    "not": "State what is allowed.", "if": "Use anyOf.", "then": "Use anyOf.", "else": "Use anyOf.",
    "patternProperties": "Name the properties.", "propertyNames": "Name the properties.",
    "dependentRequired": "Use anyOf.", "dependentSchemas": "Use anyOf.", "$dynamicRef": "Use $ref.",
    "additionalItems": "Use items beside prefixItems.", "nullable": "Use \"type\": [..., \"null\"].",
    "multipleOf": "Use \"type\": \"integer\", or enum.", "uniqueItems": "Use enum, or check the answer.",
  ]

  static func check(_ members: SchemaMembers, path: String) throws(GrammarFailure) {
    for name in members.names where !annotations.contains(name) && enforced[name] == nil && !name.hasPrefix("x-") {
      if name == "uniqueItems", members[name] == .bool(false) { continue }
      let likely = advice[name] == nil ? Spelling.nearest(to: name, among: enforced.keys.sorted()) : nil
      let advice =
        likely.map { "Did you mean \"\($0)\"?" } ?? self.advice[name] ?? "Leave it out, and check the answer."
      throw .unsupportedKeyword(name, path: path, advice: advice)
    }
  }
}
