/// What an answer has to look like.
package enum AnswerFormat: Sendable, Hashable {
  case text
  /// Any JSON object.
  case jsonObject
  /// JSON that meets a schema, which is kept as JSON text without white space.
  case jsonSchema(name: String, schema: String)
  /// A text of this GBNF-like grammar.
  case grammar(String)

  /// True where remote models can be asked for it: OpenAI's `response_format` has no grammars.
  package var isKnownToRemotes: Bool {
    if case .grammar = self { false } else { true }
  }

  package var isJSON: Bool {
    switch self {
    case .jsonObject, .jsonSchema: true
    case .text, .grammar: false
    }
  }
}
