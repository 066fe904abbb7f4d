/// One JSON value as its own text, which passes through unchanged: numbers keep their digits and members their order.
///
/// White space between tokens is left out, so that equal texts mean equal values. Held and compared as bytes.
package struct JSONText: Sendable, Hashable {
  /// UTF-8 of one valid JSON value.
  package let bytes: [UInt8]

  /// Nil unless `bytes` are one JSON value, at most 64 levels deep.
  package init?(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    guard String(validating: bytes, as: UTF8.self) != nil, (try? JSONReader.read(bytes)) != nil else { return nil }
    self.bytes = Self.compact(bytes)
  }

  package init?(text: String) { self.init(text.utf8) }

  /// A JSON string.
  package init(string: String) {
    var writer = JSONWriter()
    writer.add(nil, string)
    self.init(writer)
  }

  package init(number: Int) { bytes = Array(String(number).utf8) }

  package static let null = JSONText(compact: Array("null".utf8))

  package static func array(_ elements: [JSONText]) -> JSONText {
    var writer = JSONWriter()
    writer.beginArray()
    for element in elements { writer.add(nil, element) }
    writer.endArray()
    return JSONText(writer)
  }

  /// An object of these members, in their order.
  package static func object(_ members: [(name: String, value: JSONText)]) -> JSONText {
    var writer = JSONWriter()
    writer.beginObject()
    for member in members { writer.add(member.name, member.value) }
    writer.endObject()
    return JSONText(writer)
  }

  /// What a writer wrote, with every `begin` ended.
  package init(_ writer: JSONWriter) {
    bytes = Array(writer.text.utf8)
  }

  /// Valid JSON without white space already.
  init(compact bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package var value: JSONValue {
    guard let value = try? JSONReader.read(bytes) else { preconditionFailure("a JSON text was valid when it was made") }
    return value
  }

  /// The members of an object in their order, or nil for any other value. Of members with the same name the last counts,
  /// in the first one's place.
  package var members: [(name: String, value: JSONText)]? {
    guard bytes.first == UInt8(ascii: "{") else { return nil }
    var members: [(name: String, value: JSONText)] = []
    var places: [String: Int] = [:]
    for part in parts {
      guard let colon = Self.endOfString(part) else { continue }
      guard case .string(let name)? = try? JSONReader.read(Array(part[..<colon])) else { continue }
      let value = JSONText(compact: Array(part[(colon + 1)...]))
      if let place = places[name] {
        members[place].value = value
      } else {
        places[name] = members.count
        members.append((name, value))
      }
    }
    return members
  }

  /// The object without members of these names; nil where none is left, and for any other value.
  package func withoutMembers(_ names: Set<String>) -> JSONText? {
    let kept = members?.filter { !names.contains($0.name) } ?? []
    return kept.isEmpty ? nil : .object(kept)
  }

  /// The object with one more member at its end; any other value stays as it is.
  package func adding(_ name: String, _ value: JSONText) -> JSONText {
    members.map { .object($0 + [(name, value)]) } ?? self
  }

  /// True where an object in here, at any depth, has a member of this name that is not null.
  package func mentions(member name: String) -> Bool {
    func mentions(_ value: JSONValue) -> Bool {
      switch value {
      case .object(let members):
        members.contains { $0.key == name && $0.value != .null || mentions($0.value) }
      case .array(let elements): elements.contains(where: mentions)
      default: false
      }
    }
    return mentions(value)
  }

  /// The elements of an array in their order, or nil for any other value.
  package var elements: [JSONText]? {
    bytes.first == UInt8(ascii: "[") ? parts.map { JSONText(compact: Array($0)) } : nil
  }

  package subscript(name: String) -> JSONText? { members?.first { $0.name == name }?.value }

  /// What stands between the commas of an object or array.
  private var parts: [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    let inside = bytes.dropFirst().dropLast()
    guard !inside.isEmpty else { return [] }
    var depth = 0
    var isText = false
    var isEscaped = false
    var start = inside.startIndex
    for index in inside.indices {
      let byte = inside[index]
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ",") where depth == 0:
        parts.append(inside[start..<index])
        start = index + 1
      default: break
      }
    }
    parts.append(inside[start...])
    return parts
  }

  /// The index behind the string that `part` begins with: that of the colon after a member's name.
  private static func endOfString(_ part: ArraySlice<UInt8>) -> Int? {
    var index = part.startIndex + 1
    while index < part.endIndex {
      if part[index] == UInt8(ascii: "\\") {
        index += 2
      } else if part[index] == UInt8(ascii: "\"") {
        return index + 1 < part.endIndex ? index + 1 : nil
      } else {
        index += 1
      }
    }
    return nil
  }

  private static func compact(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isText = false
    var isEscaped = false
    for byte in bytes {
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
      } else if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
        continue
      } else if byte == UInt8(ascii: "\"") {
        isText = true
      }
      result.append(byte)
    }
    return result
  }
}

extension JSONText: CustomStringConvertible, CustomReflectable {
  /// The size alone: it may be a prompt.
  package var description: String { "<\(bytes.count) bytes of JSON>" }
  package var customMirror: Mirror { Mirror(self, children: ["bytes": bytes.count]) }
}

extension JSONWriter {
  package mutating func add(_ name: String? = nil, _ value: JSONText) { add(name, json: value.text) }
}
