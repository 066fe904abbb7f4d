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
    case (.number(let left), .number(let right)): left.utf8.elementsEqual(right.utf8) || number == other.number
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array, .array), (.object, .object): canonical == other.canonical
    default: self == other
    }
  }

  /// Equal for what is equal as JSON Schema means it, and for nothing else.
  var canonical: [UInt8] {
    var bytes: [UInt8] = []
    writeCanonical(&bytes)
    return bytes
  }

  private func writeCanonical(_ bytes: inout [UInt8]) {
    switch self {
    case .number:
      // Negative zero is zero.
      bytes += "\((number ?? 0) + 0)".utf8
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for value in values {
        value.writeCanonical(&bytes)
        bytes.append(UInt8(ascii: ","))
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for entry in members.entries.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
        bytes += JSONStrings.quoted(entry.name).utf8
        bytes.append(UInt8(ascii: ":"))
        entry.value.writeCanonical(&bytes)
        bytes.append(UInt8(ascii: ","))
      }
      bytes.append(UInt8(ascii: "}"))
    case .null, .bool, .string: bytes += compact.utf8
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
  /// By the bytes of the names: names that only look the same are different members.
  private var places: [[UInt8]: Int] = [:]

  var count: Int { entries.count }
  var names: [String] { entries.map(\.name) }

  subscript(name: String) -> SchemaValue? {
    get { places[Array(name.utf8)].map { entries[$0].value } }
    set {
      let key = Array(name.utf8)
      switch (places[key], newValue) {
      case (let place?, let value?): entries[place].value = value
      case (nil, let value?):
        places[key] = entries.count
        entries.append(Entry(name: name, value: value))
      case (let place?, nil):
        entries.remove(at: place)
        places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { (Array($1.name.utf8), $0) })
      case (nil, nil): break
      }
    }
  }
}
