/// Guesses that a text goes on as it did where its last three tokens stood before: names, addresses and sentences of
/// the prompt come again in an answer. Source: Saxena, "Prompt lookup decoding" (2023).
struct PromptLookup {
  /// Where the text went on after three tokens, the last time.
  private var places: [TokenTrigram: Int] = [:]
  private var indexed = 0

  /// At most `limit` tokens that may follow `text`, which only grows between calls.
  mutating func guess(after text: [Int32], limit: Int) -> ArraySlice<Int32> {
    // The last three tokens themselves are indexed when something follows them.
    while indexed < text.count - 1 {
      indexed += 1
      if let trigram = TokenTrigram(text, before: indexed) { places[trigram] = indexed }
    }
    guard let last = TokenTrigram(text, before: text.count), let place = places[last] else { return [] }
    return text[place..<min(place + limit, text.count)]
  }
}
