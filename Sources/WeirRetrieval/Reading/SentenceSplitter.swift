/// Cuts a paragraph into sentences, as far as marks and capitals show them.
///
/// A split at a wrong place only moves a chunk's edge, so the rule is short: a mark (. ! ? …), closing quotes or
/// brackets after it, a space, and no abbreviation or initial before a period.
enum SentenceSplitter {
  private static let abbreviations: Set<String> = [
    "e.g", "i.e", "mr", "mrs", "ms", "dr", "no", "vs", "etc", "approx", "st", "inc", "ltd", "fig", "cf", "z.b",
  ]

  /// The sentences in order, none of them empty; joined by spaces they are the text.
  static func sentences(of text: String) -> [String] {
    var sentences: [String] = []
    var current: [Substring] = []
    for word in text.split(separator: " ") {
      current.append(word)
      if endsSentence(word) {
        sentences.append(current.joined(separator: " "))
        current.removeAll(keepingCapacity: true)
      }
    }
    if !current.isEmpty { sentences.append(current.joined(separator: " ")) }
    return sentences
  }

  private static func endsSentence(_ word: Substring) -> Bool {
    var stem = word
    while let last = stem.last, "\"')]}”’»".contains(last) { stem.removeLast() }
    guard let mark = stem.last else { return false }
    if mark == "!" || mark == "?" || mark == "…" || mark == "。" { return true }
    guard mark == "." else { return false }
    stem.removeLast()
    // "J." is an initial, "3." may be an item's number.
    if stem.count == 1 { return false }
    return !abbreviations.contains(stem.drop { "(\"'[“‘".contains($0) }.lowercased())
  }
}
