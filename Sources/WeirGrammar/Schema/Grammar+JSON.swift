extension Grammar {
  /// JSON values that meet the schema; see `JSONSchemaCompiler` for which of them have a text.
  package convenience init(jsonSchema text: String) throws(GrammarFailure) {
    let (rules, root) = try JSONSchemaCompiler.rules(of: SchemaReader.read(text))
    try self.init(rules: rules, root: root, depth: JSONSchemaCompiler.frames)
  }

  /// Any JSON object.
  package static func jsonObject() throws(GrammarFailure) -> Grammar {
    try Grammar(jsonSchema: #"{"type":"object"}"#)
  }

  /// The schema's JSON text without white space, its members in their order; throws where it is no JSON.
  package static func compactJSON(_ text: String) throws(GrammarFailure) -> String {
    try SchemaReader.read(text).compact
  }
}
