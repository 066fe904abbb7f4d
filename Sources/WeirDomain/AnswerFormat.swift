/// What an answer has to look like.
package enum AnswerFormat: Sendable, Hashable {
  case text
  /// Any JSON object.
  case jsonObject
  case jsonSchema(AnswerSchema)
  /// A text of this GBNF-like grammar.
  case grammar(String)

  package var isJSON: Bool {
    switch self {
    case .jsonObject, .jsonSchema: true
    case .text, .grammar: false
    }
  }
}

/// A schema as a request names it.
package struct AnswerSchema: Sendable, Hashable {
  package var name: String
  package var purpose: String?
  /// JSON text without white space.
  package var schema: String
  /// What a remote model is told; the local generator always keeps to the schema.
  package var isStrict: Bool

  package init(name: String, purpose: String? = nil, schema: String, isStrict: Bool = false) {
    self.name = name
    self.purpose = purpose
    self.schema = schema
    self.isStrict = isStrict
  }
}
