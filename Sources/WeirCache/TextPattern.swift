/// A text with `*` for any characters and `?` for one; capitals and small letters are the same.
///
/// Without either it is the whole text. A match takes at most the product of both lengths, so patterns are short.
package struct TextPattern: Sendable, Hashable {
  package static let longest = 256

  package let text: String
  private let characters: [Character]

  /// Nil for a text that is empty or longer than `longest` bytes.
  package init?(_ text: String) {
    guard (1...TextPattern.longest).contains(text.utf8.count) else { return nil }
    self.text = text
    characters = Array(NormalForm.composed(text).lowercased())
  }

  package func matches(_ prompt: String) -> Bool {
    let prompt = Array(NormalForm.composed(prompt).lowercased())
    var (at, here) = (0, 0)
    // Where the last star stands, and what it took so far.
    var star: (pattern: Int, taken: Int)?
    while here < prompt.count {
      if at < characters.count, characters[at] == "*" {
        star = (at, here)
        at += 1
      } else if at < characters.count, characters[at] == "?" || characters[at] == prompt[here] {
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
