/// A text with places for values, `{{Order Number}}`, taken apart once.
///
/// Two opening braces, a name, two closing braces; a name is at most 64 bytes and holds no brace and no line feed.
/// Names are compared without case and outer or doubled white space.
package struct SlotText: Sendable, Hashable {
  package enum Part: Sendable, Hashable {
    case text(String)
    /// The name as written, without outer white space.
    case slot(String)
  }

  /// What is wrong with the braces; lines count from 1.
  package enum Problem: Error, Sendable, Hashable {
    case unbalanced(line: Int)
    case badName(line: Int)

    package var text: String {
      switch self {
      case .unbalanced: "braces that do not pair: a slot is {{Name}}"
      case .badName: "a slot with an empty or long name: from 1 to 64 bytes are allowed"
      }
    }

    package var line: Int {
      switch self {
      case .unbalanced(let line), .badName(let line): line
      }
    }
  }

  package let parts: [Part]

  static let mostNameBytes = 64

  /// Takes an approved text apart; every `{{` and `}}` must belong to a slot.
  package init(strict text: String) throws(Problem) {
    var parts: [Part] = []
    var plain = ""
    var line = 1
    var rest = Substring(text)
    while let first = rest.first {
      if rest.hasPrefix("}}") { throw .unbalanced(line: line) }
      guard rest.hasPrefix("{{") else {
        if first.isNewline { line += 1 }
        plain.append(first)
        rest.removeFirst()
        continue
      }
      let inner = rest.dropFirst(2)
      guard let end = inner.firstIndex(where: { $0 == "}" || $0 == "{" || $0.isNewline }), inner[end...].hasPrefix("}}")
      else {
        throw .unbalanced(line: line)
      }
      let name = SlotText.trimmed(inner[..<end])
      guard !name.isEmpty, name.utf8.count <= SlotText.mostNameBytes else { throw .badName(line: line) }
      if !plain.isEmpty { parts.append(.text(plain)) }
      parts.append(.slot(name))
      plain = ""
      rest = inner[end...].dropFirst(2)
    }
    if !plain.isEmpty { parts.append(.text(plain)) }
    self.parts = parts
  }

  /// Takes a text that a model wrote apart: what is no slot is text.
  package init(lenient text: String) {
    var parts: [Part] = []
    var rest = Substring(text)
    var plain = ""
    while let mark = rest.firstIndex(of: "{") {
      plain += rest[..<mark]
      rest = rest[mark...]
      // A name is short: looking for its end costs a bounded number of characters.
      let inner = rest.dropFirst(2).prefix(SlotText.mostNameBytes + 2)
      if rest.hasPrefix("{{"), let end = inner.firstIndex(where: { $0 == "}" || $0 == "{" || $0.isNewline }),
        rest[end...].hasPrefix("}}"), case let name = SlotText.trimmed(inner[..<end]), !name.isEmpty,
        name.utf8.count <= SlotText.mostNameBytes
      {
        if !plain.isEmpty { parts.append(.text(plain)) }
        parts.append(.slot(name))
        plain = ""
        rest = rest[end...].dropFirst(2)
      } else {
        plain.append("{")
        rest.removeFirst()
      }
    }
    plain += rest
    if !plain.isEmpty { parts.append(.text(plain)) }
    self.parts = parts
  }

  /// The slots' names in order, each once.
  package var slots: [String] {
    var seen: Set<String> = []
    return parts.compactMap { part in
      guard case .slot(let name) = part, seen.insert(SlotText.key(name)).inserted else { return nil }
      return name
    }
  }

  /// The text with every slot that `values` knows filled; the others stay as they are.
  package func filled(from values: SlotValues) -> Filling {
    var filling = Filling()
    for part in parts {
      switch part {
      case .text(let text): filling.text += text
      case .slot(let name):
        switch values[name] {
        case .constant(let value): filling.text += value
        case .entity(let value):
          filling.text += value
          filling.usesPrompt = true
        case nil:
          filling.text += "{{\(name)}}"
          if !filling.open.contains(name) { filling.open.append(name) }
        }
      }
    }
    return filling
  }

  package struct Filling: Sendable, Hashable {
    package var text = ""
    /// Slots that nothing filled, each once.
    package var open: [String] = []
    /// True where a value of the prompt went in.
    package var usesPrompt = false

    package init(text: String = "") {
      self.text = text
    }
  }

  /// The name by which slots are compared.
  package static func key(_ name: some StringProtocol) -> String {
    name.split(whereSeparator: \.isWhitespace).joined(separator: " ").lowercased()
  }

  private static func trimmed(_ name: Substring) -> String {
    name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
