/// The text of an HTML page: what a reader sees, with its headings.
///
/// Not a parser of the standard: tags are cut out where they stand, which no input can make fail or run long.
extension DocumentBlock {
  static func html(_ text: String) -> [DocumentBlock] {
    var reader = HTMLText(text)
    return reader.read()
  }
}

private struct HTMLText {
  /// Elements that end a paragraph.
  private static let blocks: Set<String> = [
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer", "form",
    "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul",
  ]
  /// Elements whose contents nobody sees as text.
  private static let hidden: Set<String> = ["script", "style", "template", "noscript", "svg"]
  private static let entities = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ndash": "–", "mdash": "—",
    "hellip": "…", "rsquo": "’", "lsquo": "‘", "rdquo": "”", "ldquo": "“", "euro": "€", "pound": "£", "copy": "©",
  ]

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private var pending = ""
  private var pendingLine = 1
  private var headingLevel: Int?
  private var collector = BlockCollector()

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func read() -> [DocumentBlock] {
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "<"), startsTag(at: position + 1) { tag() } else { run() }
    }
    endParagraph()
    return collector.finish()
  }

  /// "a < b" is text.
  private func startsTag(at index: Int) -> Bool {
    guard index < bytes.count else { return false }
    let byte = bytes[index]
    return byte == UInt8(ascii: "/") || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "?")
      || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }

  private mutating func run() {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 }
    let raw = String(decoding: bytes[start..<position], as: UTF8.self)
    if pending.isEmpty { pendingLine = line }
    pending += HTMLText.decoded(raw)
    line += bytes[start..<position].count { $0 == UInt8(ascii: "\n") }
  }

  private mutating func tag() {
    let start = position
    let isComment = bytes[start...].starts(with: Array("<!--".utf8))
    let end = isComment ? find("-->", from: start + 4) : find(">", from: start + 1)
    let inside = bytes[start + 1..<min(end, bytes.count)]
    line += inside.count { $0 == UInt8(ascii: "\n") }
    position = min(end + (isComment ? 3 : 1), bytes.count)
    if isComment { return }
    let isEnd = inside.first == UInt8(ascii: "/")
    let name = String(
      decoding: inside.dropFirst(isEnd ? 1 : 0).prefix {
        ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
          || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
      }, as: UTF8.self
    ).lowercased()
    if !isEnd, HTMLText.hidden.contains(name) { return skip(name) }
    if name.count == 2, name.hasPrefix("h"), let level = Int(name.dropFirst()), (1...6).contains(level) {
      endParagraph()
      headingLevel = isEnd ? nil : level
    } else if HTMLText.blocks.contains(name) {
      endParagraph()
    }
  }

  private mutating func skip(_ name: String) {
    let start = position
    while position < bytes.count {
      position = find("</", from: position)
      if position >= bytes.count { break }
      let found = String(decoding: bytes[(position + 2)...].prefix(name.utf8.count), as: UTF8.self)
      if found.lowercased() == name { break }
      position += 2
    }
    line += bytes[start..<min(position, bytes.count)].count { $0 == UInt8(ascii: "\n") }
  }

  /// Where `text` begins, or the end of the bytes.
  private func find(_ text: String, from start: Int) -> Int {
    let wanted = Array(text.utf8)
    var index = start
    while index + wanted.count <= bytes.count {
      if bytes[index] == wanted[0], bytes[index..<index + wanted.count].elementsEqual(wanted) { return index }
      index += 1
    }
    return bytes.count
  }

  private mutating func endParagraph() {
    let text = DocumentBlock.collapsed(pending)
    pending = ""
    guard !text.isEmpty else { return }
    if let headingLevel {
      collector.open(text, level: headingLevel)
    } else {
      // A paragraph that began with line feeds is told by the line of its tag.
      collector.add(text, at: pendingLine)
      collector.flush()
    }
  }

  static func decoded(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "&") {
      result += rest[..<start]
      rest = rest[rest.index(after: start)...]
      let name = rest.prefix(10).prefix { $0 != ";" }
      if rest.dropFirst(name.count).first == ";", let value = character(String(name)) {
        result += value
        rest = rest.dropFirst(name.count + 1)
      } else {
        result += "&"
      }
    }
    return result + rest
  }

  private static func character(_ name: String) -> String? {
    guard name.hasPrefix("#") else { return entities[name] }
    let digits = name.dropFirst()
    let code = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return code.flatMap { Unicode.Scalar($0) }.map { String(Character($0)) }
  }
}
