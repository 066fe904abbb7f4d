/// A question as a query of SQLite's FTS5: any of its words, each quoted, so that no word is an operator.
enum WordQuery {
  /// Longer questions are searched by their first words.
  static let mostWords = 48

  /// Nil where the question has no word to search for.
  static func match(_ question: String) -> String? {
    let all = words(of: question)
    // A question of such words only is still searched by them.
    let rare = all.filter { !frequent.contains($0) }
    let words = (rare.isEmpty ? all : rare).prefix(mostWords)
    return words.isEmpty ? nil : words.map { "\"\($0)\"" }.joined(separator: " OR ")
  }

  /// Runs of letters and digits in lower case, each once, in their order.
  static func words(of text: String) -> [String] {
    var seen: Set<String> = []
    return text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init).filter {
      seen.insert($0).inserted
    }
  }

  /// Words that nearly every English text has: they cost time and say nothing.
  static let frequent: Set<String> = [
    "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for", "from",
    "had", "has", "have", "hello", "hi", "how", "i", "if", "in", "is", "it", "its", "me", "my", "of", "on", "or",
    "our", "please", "s", "so", "t", "that", "the", "their", "there", "they", "this", "to", "was", "we", "were", "what",
    "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
  ]
}
