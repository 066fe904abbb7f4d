/// A paragraph of a document with the headings above it.
struct DocumentBlock: Sendable, Hashable {
  /// From the outermost heading to the nearest.
  var trail: [String]
  /// White space runs are one space; never empty.
  var text: String
  /// Lines of the file, from 1, both included.
  var lines: ClosedRange<Int>

  /// Text with every run of white space as one space, and none at the ends.
  static func collapsed(_ text: some StringProtocol) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// The lines of a text; all of CR, LF and CR LF end one.
  static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
  }

  /// Paragraphs of text without headings: what blank lines part.
  static func plain(_ text: String) -> [DocumentBlock] {
    var collector = BlockCollector()
    for (index, line) in lines(of: text).enumerated() { collector.add(line, at: index + 1) }
    return collector.finish()
  }
}

/// Gathers lines into blocks.
struct BlockCollector {
  private(set) var blocks: [DocumentBlock] = []
  private var headings: [(level: Int, text: String)] = []
  private var words: [String] = []
  private var first = 0
  private var last = 0

  /// Takes one line; a blank one ends the paragraph.
  mutating func add(_ line: some StringProtocol, at number: Int) {
    let text = DocumentBlock.collapsed(line)
    if text.isEmpty { return flush() }
    if words.isEmpty { first = number }
    words.append(text)
    last = number
  }

  /// A heading of `level` (1 is the outermost) ends the paragraph and all headings of its level and below.
  mutating func open(_ heading: String, level: Int) {
    flush()
    headings.removeAll { $0.level >= level }
    if !heading.isEmpty { headings.append((level, String(heading.prefix(200)))) }
  }

  mutating func flush() {
    guard !words.isEmpty else { return }
    blocks.append(
      DocumentBlock(trail: headings.map(\.text), text: words.joined(separator: " "), lines: first...last))
    words.removeAll(keepingCapacity: true)
  }

  mutating func finish() -> [DocumentBlock] {
    flush()
    return blocks
  }
}
