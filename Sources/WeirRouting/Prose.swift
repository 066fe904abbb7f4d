/// White space and paragraphs of a message, with code, quotes and tables left as they are.
enum Prose {
  /// Runs of blanks inside a line become one, blanks at its end go, and runs of blank lines become one.
  ///
  /// Left alone: fenced blocks, lines that begin with four blanks, a tab or `>`, and lines with `|` or a tab.
  static func squeezed(_ text: String) -> String {
    var made: [String] = []
    var fence: Character?
    var isBlank = true
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if let mark = fenceMark(line) {
        fence = fence == nil ? mark : (fence == mark ? nil : fence)
        made.append(String(line))
        isBlank = false
      } else if fence != nil || isLayout(line) {
        made.append(String(line))
        isBlank = false
      } else {
        let squeezed = squeezedLine(line)
        if squeezed.isEmpty, isBlank { continue }
        isBlank = squeezed.isEmpty
        made.append(squeezed)
      }
    }
    if isBlank, fence == nil, made.last?.isEmpty == true { made.removeLast() }
    return made.joined(separator: "\n")
  }

  /// Paragraphs between blank lines; a fenced block is one, whatever is in it.
  static func paragraphs(_ text: String) -> [String] {
    var result: [String] = []
    var lines: [Substring] = []
    var fence: Character?
    func end() {
      if !lines.isEmpty { result.append(lines.joined(separator: "\n")) }
      lines = []
    }
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      if let mark = fenceMark(line) { fence = fence == nil ? mark : (fence == mark ? nil : fence) }
      if fence == nil, line.allSatisfy(\.isWhitespace) { end() } else { lines.append(line) }
    }
    end()
    return result
  }

  private static func fenceMark(_ line: Substring) -> Character? {
    let rest = line.drop { $0 == " " }
    if rest.hasPrefix("```") { return "`" }
    return rest.hasPrefix("~~~") ? "~" : nil
  }

  private static func isLayout(_ line: Substring) -> Bool {
    guard line.contains(where: { !$0.isWhitespace }) else { return false }
    return line.hasPrefix("    ") || line.contains("\t") || line.contains("|") || line.drop { $0 == " " }.hasPrefix(">")
  }

  /// Indentation stays: lists need it.
  private static func squeezedLine(_ line: Substring) -> String {
    var result = String(line.prefix { $0 == " " })
    if result.utf8.count == line.utf8.count { return "" }
    var pending = false
    for character in line.dropFirst(result.count) {
      if character == " " {
        pending = true
      } else {
        if pending { result.append(" ") }
        pending = false
        result.append(character)
      }
    }
    return result
  }
}

/// Words that carry content: letters and digits, without the commonest English function words.
enum ContentWords {
  private static let functionWords: Set<Substring> = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "had", "has", "have", "he", "i",
    "if", "in", "is", "it", "its", "me", "my", "of", "on", "or", "our", "she", "so", "that", "the", "their",
    "them", "then", "there", "they", "this", "to", "was", "we", "were", "will", "with", "would", "you", "your",
  ]

  static func all(in text: String) -> [Substring] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { $0 }.filter { !functionWords.contains($0) }
  }

  static func count(in text: String) -> Int { all(in: text).count }
}
