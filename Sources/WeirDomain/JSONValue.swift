/// A JSON value as somebody outside sends it.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  package subscript(index: Int) -> JSONValue? {
    if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
  }

  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  package var members: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }

  package var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// A natural number below 2^53, which a Double holds exactly.
  package var count: Int? {
    guard case .number(let number) = self, number >= 0, number < 9_007_199_254_740_992,
      number.rounded(.towardZero) == number
    else { return nil }
    return Int(number)
  }

  /// A string, or a natural number written as one: providers use both for error codes.
  package var word: String? {
    text ?? count.map { String($0) }
  }
}
