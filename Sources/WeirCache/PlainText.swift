/// White space of canonical texts: one pass over the scalars, in time and memory linear in the text.
enum PlainText {
  /// Whether a text is its own canonical form for certain, as most prompts are: ASCII on one line, without runs of
  /// blanks and without any at its ends. 60 bytes take 40 ns.
  static func isCanonical(_ text: String) -> Bool {
    var last = UInt8(ascii: " ")
    for byte in text.utf8 {
      if byte >= 0x80 || byte <= 0x20 && (byte == 0x20 ? last == 0x20 : isSpace(byte)) { return false }
      last = byte
    }
    return last != 0x20 || text.utf8.isEmpty
  }

  /// A fence of three backticks or tildes, or a line after the first that begins with white space.
  static func hasLayout(_ text: String) -> Bool {
    var run = (byte: UInt8(0), length: 0)
    for byte in text.utf8 {
      run = byte == run.byte ? (byte, run.length + 1) : (byte, 1)
      if run.length == 3, byte == UInt8(ascii: "`") || byte == UInt8(ascii: "~") { return true }
    }
    var hasBegun = false
    var isLineStart = false
    var isIndented = false
    for scalar in text.unicodeScalars {
      let isSpace = isSpace(scalar)
      hasBegun = hasBegun || !isSpace
      guard hasBegun else { continue }
      if isSpace, isBreak(scalar) {
        (isLineStart, isIndented) = (true, false)
      } else if isLineStart, isSpace {
        // White space alone on a line is no indentation: what follows decides.
        isIndented = true
      } else {
        if isIndented { return true }
        isLineStart = false
      }
    }
    return false
  }

  /// Every run of white space as one space, or as one line break if it holds one; none at the ends.
  static func collapsing(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    var pending: UInt8?
    for scalar in text.unicodeScalars {
      if isSpace(scalar) {
        pending = isBreak(scalar) || pending == UInt8(ascii: "\n") ? UInt8(ascii: "\n") : UInt8(ascii: " ")
      } else {
        if let pending, !result.isEmpty { result.append(pending) }
        pending = nil
        append(scalar, to: &result)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Every line without white space at its end, line breaks as line feeds, no white space at the ends of the text.
  static func trimmingLines(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    var breaks = 0
    // White space of the current line: what an indentation is made of is kept as it is.
    var blanks: [UInt8] = []
    var wasReturn = false
    for scalar in text.unicodeScalars {
      defer { wasReturn = scalar == "\r" }
      if !isSpace(scalar) {
        if !result.isEmpty {
          result.append(contentsOf: repeatElement(UInt8(ascii: "\n"), count: breaks))
          result.append(contentsOf: blanks)
        }
        breaks = 0
        blanks.removeAll(keepingCapacity: true)
        append(scalar, to: &result)
      } else if isBreak(scalar) {
        if scalar == "\n", wasReturn { continue }
        blanks.removeAll(keepingCapacity: true)
        breaks += 1
      } else {
        append(scalar, to: &blanks)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    if scalar.isASCII {
      bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      bytes.append(contentsOf: String(scalar).utf8)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// As the property White_Space has it.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80 ? isSpace(UInt8(truncatingIfNeeded: scalar.value)) : scalar.properties.isWhitespace
  }

  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }
}
