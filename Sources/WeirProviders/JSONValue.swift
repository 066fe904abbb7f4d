/// A JSON value as a provider sends it.
enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  subscript(index: Int) -> JSONValue? {
    if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
  }

  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A natural number below 2^53, which a Double holds exactly.
  var count: Int? {
    guard case .number(let number) = self, number >= 0, number < 9_007_199_254_740_992,
      number.rounded(.towardZero) == number
    else { return nil }
    return Int(number)
  }

  /// A string, or a natural number written as one: providers use both for error codes.
  var word: String? {
    text ?? count.map { String($0) }
  }
}
