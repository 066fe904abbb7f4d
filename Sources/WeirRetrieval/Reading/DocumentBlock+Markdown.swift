/// The part of CommonMark that says where a text's sections and paragraphs are.
extension DocumentBlock {
  /// ATX headings (`# One`), setext headings (a line of `=` or `-` below), paragraphs and list items.
  ///
  /// What stands in a fence is kept line by line and never read as a heading. Front matter (between `---` lines at the
  /// very top) is left out.
  static func markdown(_ text: String) -> [DocumentBlock] {
    let lines = lines(of: text)
    var collector = BlockCollector()
    var fence: Character?
    for index in bodyStart(of: lines)..<lines.count {
      let (line, number) = (lines[index], index + 1)
      let trimmed = collapsed(line)
      if let mark = fenceMark(of: trimmed), fence == nil || fence == mark {
        fence = fence == nil ? mark : nil
        collector.flush()
      } else if fence != nil {
        collector.add(line, at: number)
      } else if let heading = heading(of: trimmed) {
        collector.open(heading.text, level: heading.level)
      } else if let level = underlined(lines, index) {
        collector.open(trimmed, level: level)
      } else if index > 0, underlined(lines, index - 1) != nil {
        continue
      } else {
        if isListItem(trimmed) { collector.flush() }
        collector.add(line, at: number)
      }
    }
    return collector.finish()
  }

  private static func bodyStart(of lines: [Substring]) -> Int {
    guard lines.first.map(collapsed) == "---" else { return 0 }
    let end = lines.dropFirst().prefix(200).firstIndex { collapsed($0) == "---" }
    return end.map { $0 + 1 } ?? 0
  }

  private static func fenceMark(of line: String) -> Character? {
    line.hasPrefix("```") ? "`" : line.hasPrefix("~~~") ? "~" : nil
  }

  private static func heading(of line: String) -> (level: Int, text: String)? {
    let level = line.prefix { $0 == "#" }.count
    let rest = line.dropFirst(level)
    guard (1...6).contains(level), rest.isEmpty || rest.first == " " else { return nil }
    var text = rest[...]
    while text.last == "#" { text.removeLast() }
    return (level, collapsed(text))
  }

  /// The level of a heading whose underline is the next line.
  private static func underlined(_ lines: [Substring], _ index: Int) -> Int? {
    guard index + 1 < lines.count, !collapsed(lines[index]).isEmpty else { return nil }
    let below = collapsed(lines[index + 1])
    // Two dashes or fewer are text more often than a heading.
    guard below.count >= 3, isListItem(collapsed(lines[index])) == false else { return nil }
    return below.allSatisfy { $0 == "=" } ? 1 : below.allSatisfy { $0 == "-" } ? 2 : nil
  }

  private static func isListItem(_ line: String) -> Bool {
    if line.hasPrefix("- ") || line.hasPrefix("* ") || line.hasPrefix("+ ") { return true }
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    guard (1...9).contains(digits.count) else { return false }
    let rest = line.dropFirst(digits.count)
    return rest.hasPrefix(". ") || rest.hasPrefix(") ")
  }
}
