/// Reads the JSON text of a schema (RFC 8259), strictly; a member that is named twice is refused.
struct SchemaReader {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  static let maximumDepth = 64

  static func read(_ text: String) throws(GrammarFailure) -> SchemaValue {
    let bytes = Array(text.utf8)
    guard bytes.count <= Grammar.maximumBytes else {
      throw .tooLarge(what: "bytes", found: bytes.count, allowed: Grammar.maximumBytes)
    }
    return try read(bytes)
  }

  /// Of any length.
  static func read(_ bytes: [UInt8]) throws(GrammarFailure) -> SchemaValue {
    var reader = SchemaReader(bytes: bytes)
    let value = try reader.value()
    reader.skipBlanks()
    guard reader.position == bytes.count else { throw reader.failure }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var failure: GrammarFailure { .schemaSyntax(offset: position) }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[position...].starts(with: text.utf8) else { return false }
    position += text.utf8.count
    return true
  }

  private mutating func value() throws(GrammarFailure) -> SchemaValue {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    default:
      if take("true") { return .bool(true) }
      if take("false") { return .bool(false) }
      return take("null") ? .null : .number(try number())
    }
  }

  private mutating func open() throws(GrammarFailure) {
    guard depth < Self.maximumDepth else { throw failure }
    depth += 1
    position += 1
    skipBlanks()
  }

  private mutating func object() throws(GrammarFailure) -> SchemaMembers {
    try open()
    defer { depth -= 1 }
    var members = SchemaMembers()
    if take("}") { return members }
    while true {
      skipBlanks()
      let start = position
      let name = try string()
      guard members[name] == nil else { throw .schemaSyntax(offset: start) }
      skipBlanks()
      guard take(":") else { throw failure }
      members[name] = try value()
      skipBlanks()
      if take("}") { return members }
      guard take(",") else { throw failure }
    }
  }

  private mutating func array() throws(GrammarFailure) -> [SchemaValue] {
    try open()
    defer { depth -= 1 }
    var values: [SchemaValue] = []
    if take("]") { return values }
    while true {
      values.append(try value())
      skipBlanks()
      if take("]") { return values }
      guard take(",") else { throw failure }
    }
  }

  private mutating func number() throws(GrammarFailure) -> String {
    let start = position
    _ = take("-")
    let first = next
    let whole = try digits()
    guard whole == 1 || first != UInt8(ascii: "0") else { throw failure }
    if take(".") { _ = try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      _ = try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text), value.isFinite, text.utf8.count <= 64 else { throw .schemaSyntax(offset: start) }
    return text
  }

  private mutating func digits() throws(GrammarFailure) -> Int {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
    guard position > start else { throw failure }
    return position - start
  }

  private mutating func string() throws(GrammarFailure) -> String {
    let start = position
    guard take("\"") else { throw failure }
    var text: [UInt8] = []
    while let byte = next, byte >= 0x20 {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: text, as: UTF8.self) else { throw .schemaSyntax(offset: start) }
        return text
      case UInt8(ascii: "\\"): text += String(Character(try escape())).utf8
      default: text.append(byte)
      }
    }
    throw failure
  }

  private mutating func escape() throws(GrammarFailure) -> Unicode.Scalar {
    guard let escape = next else { throw failure }
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(escape)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexadecimal()
      if let scalar = Unicode.Scalar(first) { return scalar }
      // A half of a pair stands for nothing alone.
      guard (0xD800..<0xDC00).contains(first), take("\\u") else { throw failure }
      let second = try hexadecimal()
      guard (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00)))
      else { throw failure }
      return scalar
    default: throw failure
    }
  }

  private mutating func hexadecimal() throws(GrammarFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw failure }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
