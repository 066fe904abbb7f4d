/// A text with `*` for any characters and `?` for one; capitals and small letters are the same.
///
/// Without either it is the whole text. A match takes at most the product of both lengths, so patterns are short.
package struct TextPattern: Sendable, Hashable {
  package static let longest = 256

  package let text: String
  private let characters: [Character]

  /// A text as patterns see it: folded once, however many of them look at it.
  package struct Subject: Sendable {
    /// Each character's UTF-8 in one number, or `firstLong` and its place in `long`.
    fileprivate var codes: [UInt64] = []
    /// Characters of more than eight bytes: no UTF-8 begins with 0xFF, so their numbers are nobody else's.
    private var long: [Character: UInt64] = [:]
    private static let firstLong: UInt64 = 0xFF << 56

    package init(_ text: String) {
      let folded = TextPattern.folded(text)
      codes.reserveCapacity(folded.utf8.count)
      for character in folded {
        if let code = Self.short(character) {
          codes.append(code)
        } else {
          let code = long[character] ?? Self.firstLong + UInt64(long.count)
          long[character] = code
          codes.append(code)
        }
      }
    }

    /// Nil for a character that is not in the text and could not be written as a short one.
    fileprivate func code(of character: Character) -> UInt64? { Self.short(character) ?? long[character] }

    private static func short(_ character: Character) -> UInt64? {
      let bytes = character.utf8
      return bytes.count > 8 ? nil : bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private static func folded(_ text: String) -> String {
    NormalForm.composed(NormalForm.composed(text).lowercased())
  }

  /// Nil for a text that is empty or longer than `longest` bytes.
  package init?(_ text: String) {
    guard (1...TextPattern.longest).contains(text.utf8.count) else { return nil }
    self.text = text
    characters = Array(TextPattern.folded(text))
  }

  package func matches(_ prompt: String) -> Bool { matches(Subject(prompt)) }

  package func matches(_ subject: Subject) -> Bool {
    let prompt = subject.codes
    let codes = characters.map { subject.code(of: $0) }
    var (at, here) = (0, 0)
    // Where the last star stands, and what it took so far.
    var star: (pattern: Int, taken: Int)?
    while here < prompt.count {
      if at < characters.count, characters[at] == "*" {
        star = (at, here)
        at += 1
      } else if at < characters.count, characters[at] == "?" || codes[at] == prompt[here] {
        at += 1
        here += 1
      } else if let last = star {
        at = last.pattern + 1
        here = last.taken + 1
        star = (last.pattern, here)
      } else {
        return false
      }
    }
    return characters[at...].allSatisfy { $0 == "*" }
  }

  package static func == (left: TextPattern, right: TextPattern) -> Bool { left.text == right.text }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
