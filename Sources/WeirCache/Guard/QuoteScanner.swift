/// Takes quoted texts and placeholders out of a prompt.
struct QuoteScanner {
  private let text: [Character]
  /// What stood between quotes, as written; placeholders with their braces.
  private(set) var quotes: [String] = []

  /// Longest quoted text, in characters: a quotation mark that is never closed must not swallow the prompt.
  private static let longest = 2_000
  private static let pairs: [Character: Character] = [
    "\"": "\"", "`": "`", "\u{201C}": "\u{201D}", "\u{AB}": "\u{BB}", "\u{201E}": "\u{201C}",
  ]

  init(_ text: String) {
    self.text = Array(text)
  }

  /// The prompt without them.
  mutating func takeQuotes() -> String {
    var plain = ""
    var index = 0
    while index < text.count {
      if let end = endOfQuote(at: index) ?? endOfPlaceholder(at: index) {
        quotes.append(String(text[index...end]))
        plain.append(" ")
        index = end + 1
      } else {
        plain.append(text[index])
        index += 1
      }
    }
    return plain
  }

  private func endOfQuote(at index: Int) -> Int? {
    if let closing = QuoteScanner.pairs[text[index]] { return find(closing, after: index) }
    // An apostrophe opens a quotation only at the beginning of a word and closes it only at the end of one.
    guard text[index] == "'" || text[index] == "\u{2018}", index == 0 || text[index - 1].isWhitespace,
      let end = find(text[index] == "'" ? "'" : "\u{2019}", after: index),
      end > index + 1, end + 1 == text.count || !(text[end + 1].isLetter || text[end + 1].isNumber)
    else { return nil }
    return end
  }

  private func endOfPlaceholder(at index: Int) -> Int? {
    guard text[index] == "{", index + 1 < text.count, text[index + 1] == "{" else { return nil }
    guard let end = find("}", after: index), end + 1 < text.count, text[end + 1] == "}" else { return nil }
    return end + 1
  }

  private func find(_ character: Character, after index: Int) -> Int? {
    text[(index + 1)..<min(text.count, index + QuoteScanner.longest)].firstIndex(of: character)
  }
}
