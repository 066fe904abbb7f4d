/// Writes one JSON value on one line, members in the order they are added.
///
/// Numbers that JSON cannot hold (not finite) become null. The text is valid JSON only when every `begin` has its `end`.
package struct JSONWriter: Sendable {
  package private(set) var text = ""
  private var needsComma = false

  package init() {}

  package mutating func beginObject(_ name: String? = nil) { open("{", name) }
  package mutating func endObject() { close("}") }
  package mutating func beginArray(_ name: String? = nil) { open("[", name) }
  package mutating func endArray() { close("]") }

  package mutating func add(_ name: String? = nil, _ value: String?) {
    separate(name)
    if let value { quote(value) } else { text += "null" }
  }

  package mutating func add(_ name: String? = nil, _ value: Int?) { addRaw(name, value.map { String($0) }) }
  package mutating func add(_ name: String? = nil, _ value: Int64?) { addRaw(name, value.map { String($0) }) }
  package mutating func add(_ name: String? = nil, _ value: Bool?) { addRaw(name, value.map { $0 ? "true" : "false" }) }

  /// The shortest text that reads back as the same number, or `decimals` places where that is given.
  package mutating func add(_ name: String? = nil, _ value: Double?, decimals: Int? = nil) {
    guard let value, value.isFinite else { return addRaw(name, nil) }
    addRaw(name, decimals.map { value.decimals($0) } ?? "\(value)")
  }

  /// The shortest text that reads back as the same 32-bit number.
  package mutating func add(_ name: String? = nil, _ value: Float) {
    addRaw(name, value.isFinite ? "\(value)" : nil)
  }

  /// A value that is JSON text already.
  package mutating func add(_ name: String? = nil, json text: String) { addRaw(name, text) }

  private mutating func addRaw(_ name: String?, _ value: String?) {
    separate(name)
    text += value ?? "null"
  }

  private mutating func open(_ bracket: String, _ name: String?) {
    separate(name)
    text += bracket
    needsComma = false
  }

  private mutating func close(_ bracket: String) {
    text += bracket
    needsComma = true
  }

  private mutating func separate(_ name: String?) {
    if needsComma { text += "," }
    needsComma = true
    if let name {
      quote(name)
      text += ":"
    }
  }

  /// RFC 8259, section 7: quotes, backslashes and control characters are escaped; the rest stays UTF-8.
  private mutating func quote(_ value: String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
