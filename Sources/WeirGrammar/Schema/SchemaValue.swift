/// A JSON value of a schema: members keep their order and numbers their digits.
indirect enum SchemaValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// As written.
  case number(String)
  case string(String)
  case array([SchemaValue])
  case object(SchemaMembers)

  var text: String? { if case .string(let text) = self { text } else { nil } }
  var array: [SchemaValue]? { if case .array(let values) = self { values } else { nil } }
  var members: SchemaMembers? { if case .object(let members) = self { members } else { nil } }
  /// Finite, because the digits are checked when they are read.
  var number: Double? { if case .number(let text) = self { Double(text) } else { nil } }

  /// A natural number up to a million.
  var count: Int? {
    guard let number, number >= 0, number <= 1_000_000, number.rounded() == number else { return nil }
    return Int(number)
  }

  /// Equal as JSON Schema means it: 1 and 1.0 are, and so are objects with the same members in another order.
  func isEqual(to other: SchemaValue) -> Bool {
    switch (self, other) {
    case (.number, .number): return number == other.number
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
    case (.object(let left), .object(let right)):
      return left.count == right.count
        && left.entries.allSatisfy { entry in right[entry.name].map { entry.value.isEqual(to: $0) } ?? false }
    default: return self == other
    }
  }

  /// The JSON text without white space.
  var compact: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let digits): digits
    case .string(let text): JSONStrings.quoted(text)
    case .array(let values): "[" + values.map(\.compact).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.entries.map { JSONStrings.quoted($0.name) + ":" + $0.value.compact }.joined(separator: ",") + "}"
    }
  }
}

/// The members of an object in their order.
struct SchemaMembers: Sendable, Hashable {
  struct Entry: Sendable, Hashable {
    var name: String
    var value: SchemaValue
  }

  private(set) var entries: [Entry] = []
  private var places: [String: Int] = [:]

  var count: Int { entries.count }
  var names: [String] { entries.map(\.name) }

  subscript(name: String) -> SchemaValue? {
    get { places[name].map { entries[$0].value } }
    set {
      switch (places[name], newValue) {
      case (let place?, let value?): entries[place].value = value
      case (nil, let value?):
        places[name] = entries.count
        entries.append(Entry(name: name, value: value))
      case (let place?, nil):
        entries.remove(at: place)
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
      case (nil, nil): break
      }
    }
  }
}
