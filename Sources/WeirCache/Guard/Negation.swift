/// Counts what turns a statement into its opposite.
enum Negation {
  private static let negators: Set<String> = [
    "not", "no", "never", "none", "nothing", "nobody", "nowhere", "neither", "nor", "without", "unable",
  ]

  /// Word groups in which the negator says something about the asker or nothing at all: "I don't know how to pay"
  /// asks how to pay.
  private static let idioms: [[String]] = [
    ["do", "not", "know"], ["did", "not", "know"], ["not", "know"], ["not", "sure"], ["not", "certain"],
    ["no", "idea"], ["no", "clue"], ["or", "not"], ["not", "only"], ["no", "problem"], ["why", "not"],
    ["do", "not", "mind"], ["do", "not", "understand"], ["not", "understand"],
  ]

  static func count(_ words: [String]) -> Int {
    words.indices.filter { index in
      negators.contains(words[index]) && !idioms.contains { isIdiom($0, around: index, words) }
    }.count
  }

  /// Whether one negates what the other does not.
  static func differs(_ left: [String], _ right: [String]) -> Bool {
    let (left, right) = (count(left), count(right))
    return (left == 0) != (right == 0) || !(left - right).isMultiple(of: 2)
  }

  private static func isIdiom(_ idiom: [String], around index: Int, _ words: [String]) -> Bool {
    guard let offset = idiom.firstIndex(of: words[index]), index - offset >= 0 else { return false }
    let start = index - offset
    return start + idiom.count <= words.count && words[start..<start + idiom.count].elementsEqual(idiom)
  }

  /// Whether a word of one is a word of the other with a negating prefix: `safe` and `unsafe`.
  static func differsByPrefix(_ left: Set<String>, _ right: Set<String>) -> Bool {
    func negates(_ words: Set<String>, _ others: Set<String>) -> Bool {
      others.contains { word in
        word.utf8.count > 3 && !words.contains(word)
          && prefixes.contains { words.contains($0 + word) && !others.contains($0 + word) }
      }
    }
    return negates(left, right) || negates(right, left)
  }

  private static let prefixes = ["un", "dis", "in", "im", "ir", "il", "non", "de", "mis", "anti"]
}
