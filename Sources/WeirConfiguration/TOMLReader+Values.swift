extension TOMLReader {
  /// A value of any kind; `line` is the line of its key.
  mutating func value(line: Int) throws(TOMLProblem) -> TOMLTable.Entry {
    guard let byte = next else { throw problem("expected a value, found the end") }
    switch Unicode.Scalar(byte) {
    case "\"":
      if isNext("\"\"\"") { return .value(.text(try longText("\"\"\"", isLiteral: false)), line: line) }
      position += 1
      return .value(.text(try basicText()), line: line)
    case "'":
      if isNext("'''") { return .value(.text(try longText("'''", isLiteral: true)), line: line) }
      position += 1
      return .value(.text(try literalText()), line: line)
    case "[":
      return .array(try nested { reader throws(TOMLProblem) in try reader.array() }, line: line)
    case "{":
      return .table(try nested { reader throws(TOMLProblem) in try reader.inlineTable(line: line) })
    default:
      return .value(try word(), line: line)
    }
  }

  /// One level deeper, up to the bound that keeps recursion off the end of the stack.
  private mutating func nested<Result>(
    _ read: (inout TOMLReader) throws(TOMLProblem) -> Result
  ) throws(TOMLProblem) -> Result {
    guard depth < Self.deepest else { throw problem("values nest deeper than \(Self.deepest) levels") }
    depth += 1
    position += 1
    let result = try read(&self)
    depth -= 1
    return result
  }

  private mutating func array() throws(TOMLProblem) -> [TOMLTable.Entry] {
    var elements: [TOMLTable.Entry] = []
    while true {
      try skipLines()
      if take("]") { return elements }
      elements.append(try value(line: line))
      try skipLines()
      if take("]") { return elements }
      guard take(",") else { throw problem("expected ',' or ']', found \(found)") }
    }
  }

  private mutating func inlineTable(line: Int) throws(TOMLProblem) -> TOMLTable {
    let table = TOMLTable(origin: .header, line: line)
    skipBlanks()
    if !take("}") {
      repeat {
        try assignment(in: table)
        skipBlanks()
      } while take(",")
      guard take("}") else { throw problem("expected ',' or '}', found \(found)") }
    }
    table.origin = .inline
    return table
  }

  // MARK: - Texts

  /// The rest of a basic text, after its first quote.
  mutating func basicText() throws(TOMLProblem) -> String {
    var result: [UInt8] = []
    while let byte = next {
      if take("\"") { return String(decoding: result, as: UTF8.self) }
      if Self.isControl(byte) { throw problem("\(found) within a text") }
      if take("\\") {
        result += try escape()
      } else {
        result.append(byte)
        position += 1
      }
    }
    throw problem("a text that is not closed")
  }

  /// The rest of a literal text, after its first quote.
  mutating func literalText() throws(TOMLProblem) -> String {
    let start = position
    while let byte = next {
      if take("'") { return String(decoding: bytes[start..<(position - 1)], as: UTF8.self) }
      if Self.isControl(byte) { throw problem("\(found) within a text") }
      position += 1
    }
    throw problem("a text that is not closed")
  }

  /// A text of several lines; up to two quotes may stand before the closing three.
  private mutating func longText(_ quotes: String, isLiteral: Bool) throws(TOMLProblem) -> String {
    position += 3
    _ = takeLineEnd()
    var result: [UInt8] = []
    while let byte = next {
      if isNext(quotes) {
        position += 3
        for _ in 0..<2 where next == quotes.utf8.first {
          result.append(byte)
          position += 1
        }
        return String(decoding: result, as: UTF8.self)
      }
      if takeLineEnd() {
        result.append(UInt8(ascii: "\n"))
      } else if !isLiteral, take("\\") {
        if try !skipContinuation() { result += try escape() }
      } else if Self.isControl(byte) {
        throw problem("\(found) within a text")
      } else {
        result.append(byte)
        position += 1
      }
    }
    throw problem("a text that is not closed")
  }

  /// After a backslash: blanks to the end of the line and everything blank after it.
  private mutating func skipContinuation() throws(TOMLProblem) -> Bool {
    let (start, startLine, startOfLine) = (position, line, lineStart)
    skipBlanks()
    guard takeLineEnd() else {
      (position, line, lineStart) = (start, startLine, startOfLine)
      return false
    }
    repeat { skipBlanks() } while takeLineEnd()
    return true
  }

  /// The bytes that an escape stands for, after its backslash.
  private mutating func escape() throws(TOMLProblem) -> [UInt8] {
    guard let byte = next else { throw problem("a text that is not closed") }
    position += 1
    switch Unicode.Scalar(byte) {
    case "b": return [0x08]
    case "t": return [0x09]
    case "n": return [0x0A]
    case "f": return [0x0C]
    case "r": return [0x0D]
    case "\"", "\\": return [byte]
    case "u": return try scalar(digits: 4)
    case "U": return try scalar(digits: 8)
    default:
      position -= 1
      throw problem("there is no escape \\ before \(found)")
    }
  }

  private mutating func scalar(digits count: Int) throws(TOMLProblem) -> [UInt8] {
    let digits = bytes[position...].prefix(count)
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == count, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
      let code = UInt32(text, radix: 16), let scalar = Unicode.Scalar(code)
    else { throw problem("an escape that is no character") }
    // A path or name would end there for the system.
    guard code != 0 else { throw problem("an escaped NUL character") }
    position += count
    return Array(String(Character(scalar)).utf8)
  }
}
