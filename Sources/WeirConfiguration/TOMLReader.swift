/// Reads TOML 1.0 (toml.io/en/v1.0.0) and knows the line of every key.
///
/// Hostile text gives a `TOMLProblem`, never a trap; nesting is bounded. Dates are recognized and not interpreted,
/// since no setting is one.
struct TOMLReader {
  static let deepest = 32

  let bytes: [UInt8]
  var position = 0
  var line = 1
  var lineStart = 0
  var depth = 0

  static func read(_ text: String) throws(TOMLProblem) -> TOMLTable {
    var reader = TOMLReader(bytes: Array(text.utf8))
    return try reader.document()
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  // MARK: - Characters

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func problem(_ reason: String) -> TOMLProblem {
    TOMLProblem(line: line, column: position - lineStart + 1, reason: reason)
  }

  /// What stands here, for a sentence.
  var found: String {
    guard let byte = next else { return "the end" }
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { return "the end of the line" }
    if byte < 0x20 || byte == 0x7F { return "a control character" }
    return byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "a character outside ASCII"
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next, Unicode.Scalar(byte) == character else { return false }
    position += 1
    return true
  }

  func isNext(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  mutating func skipBlanks() {
    while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
  }

  /// Takes `\n` or `\r\n`.
  mutating func takeLineEnd() -> Bool {
    if isNext("\r\n") { position += 1 }
    guard take("\n") else { return false }
    line += 1
    lineStart = position
    return true
  }

  mutating func skipComment() throws(TOMLProblem) {
    guard take("#") else { return }
    while let byte = next, byte != UInt8(ascii: "\n"), !isNext("\r\n") {
      if Self.isControl(byte) { throw problem("\(found) is not allowed in a comment") }
      position += 1
    }
  }

  /// Blanks, comments and line ends, in any number.
  mutating func skipLines() throws(TOMLProblem) {
    repeat {
      skipBlanks()
      try skipComment()
    } while takeLineEnd()
  }

  static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7F }

  // MARK: - Statements

  private mutating func document() throws(TOMLProblem) -> TOMLTable {
    let root = TOMLTable(origin: .header, line: 1)
    var current = root
    try skipLines()
    while next != nil {
      if take("[") {
        current = try header(in: root)
      } else {
        try assignment(in: current)
      }
      skipBlanks()
      try skipComment()
      guard next == nil || takeLineEnd() else { throw problem("expected the end of the line, found \(found)") }
      try skipLines()
    }
    return root
  }

  /// `[a.b]` or `[[a.b]]`; the first bracket is taken.
  private mutating func header(in root: TOMLTable) throws(TOMLProblem) -> TOMLTable {
    let start = line
    let isElement = take("[")
    let path = try keyPath()
    guard take("]"), !isElement || take("]") else { throw problem("expected ']', found \(found)") }
    var table = root
    for name in path.dropLast() { table = try descend(name, from: table, line: start) }
    guard let name = path.last else { throw problem("a header without a name") }
    switch (table.entries[name], isElement) {
    case (nil, false):
      let new = TOMLTable(origin: .header, line: start)
      table.entries[name] = .table(new)
      return new
    case (nil, true):
      let new = TOMLTable(origin: .header, line: start)
      table.entries[name] = .tables([new], line: start)
      return new
    case (.tables(let elements, let first), true):
      let new = TOMLTable(origin: .header, line: start)
      table.entries[name] = .tables(elements + [new], line: first)
      return new
    case (.table(let known), false) where known.origin == .implied:
      known.origin = .header
      return known
    default:
      throw problem("\(Self.shown(path)) is defined a second time")
    }
  }

  /// The table `name` of a header's path, made when it is not there.
  private func descend(_ name: String, from table: TOMLTable, line: Int) throws(TOMLProblem) -> TOMLTable {
    switch table.entries[name] {
    case nil:
      let new = TOMLTable(origin: .implied, line: line)
      table.entries[name] = .table(new)
      return new
    case .table(let known) where known.origin != .inline:
      return known
    case .tables(let elements, _):
      guard let last = elements.last else { throw problem("\(Self.shown([name])) has no element") }
      return last
    default:
      throw problem("\(Self.shown([name])) is a value and cannot have keys")
    }
  }

  /// `key = value`, in a section or an inline table.
  mutating func assignment(in table: TOMLTable) throws(TOMLProblem) {
    let start = line
    let path = try keyPath()
    guard take("=") else { throw problem("expected '=' after the key, found \(found)") }
    skipBlanks()
    var table = table
    for name in path.dropLast() {
      switch table.entries[name] {
      case nil:
        let new = TOMLTable(origin: .dotted, line: start)
        table.entries[name] = .table(new)
        table = new
      case .table(let known) where known.origin == .dotted:
        table = known
      default:
        throw problem("\(Self.shown(path)) is defined a second time")
      }
    }
    guard let name = path.last, table.entries[name] == nil else {
      throw problem("\(Self.shown(path)) is defined a second time")
    }
    table.entries[name] = try value(line: start)
  }

  // MARK: - Keys

  /// `a . "b" . 'c'`, with the blanks around it.
  private mutating func keyPath() throws(TOMLProblem) -> [String] {
    var path: [String] = []
    repeat {
      skipBlanks()
      path.append(try keyPart())
      skipBlanks()
      guard path.count <= Self.deepest else { throw problem("more than \(Self.deepest) dots in a key") }
    } while take(".")
    return path
  }

  private mutating func keyPart() throws(TOMLProblem) -> String {
    if isNext("\"\"\"") || isNext("'''") { throw problem("a key cannot be a text of several lines") }
    if take("\"") { return try basicText() }
    if take("'") { return try literalText() }
    let start = position
    while let byte = next, Self.isBareKey(byte) { position += 1 }
    guard position > start else { throw problem("expected a key, found \(found)") }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private static func isBareKey(_ byte: UInt8) -> Bool {
    let character = Character(Unicode.Scalar(byte))
    return character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }

  private static func shown(_ path: [String]) -> String {
    path.joined(separator: ".").prefix(100).filter { $0.isASCII && !$0.isNewline && $0 >= " " }
  }
}
