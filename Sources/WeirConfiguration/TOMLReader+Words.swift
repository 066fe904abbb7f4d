extension TOMLReader {
  /// `true`, `false`, a number or a date.
  mutating func word() throws(TOMLProblem) -> TypedValue {
    let start = position
    takeWord()
    if position - start == 10, next == UInt8(ascii: " "), looksLikeTime(at: position + 1) {
      position += 1
      takeWord()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let value = Self.value(ofWord: text) { return value }
    position = start
    if text.isEmpty { throw problem("expected a value, found \(found)") }
    throw problem("a value that is neither text in quotes, number, true, false nor date")
  }

  private mutating func takeWord() {
    while let byte = next, Self.isWord(byte) { position += 1 }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    let character = Character(Unicode.Scalar(byte))
    return character.isASCII && (character.isLetter || character.isNumber || "+-._:".contains(character))
  }

  private func looksLikeTime(at start: Int) -> Bool {
    bytes.count > start + 2 && Self.isDigit(bytes[start]) && bytes[start + 2] == UInt8(ascii: ":")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func value(ofWord text: String) -> TypedValue? {
    switch text {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "inf", "+inf": return .decimal(.infinity)
    case "-inf": return .decimal(-.infinity)
    case "nan", "+nan", "-nan": return .decimal(.nan)
    default: break
    }
    if isDateOrTime(Array(text.utf8)) { return .other("a date or time") }
    if let number = integer(text) { return .integer(number) }
    return decimal(text).map { .decimal($0) }
  }

  /// By its beginning only: no setting is a date, so all that is said about it is that it is one.
  private static func isDateOrTime(_ bytes: [UInt8]) -> Bool {
    let shape = bytes.prefix(10).map { isDigit($0) ? UInt8(ascii: "0") : $0 }
    return shape.starts(with: "0000-00-00".utf8) || shape.starts(with: "00:00".utf8)
  }

  private static func integer(_ text: String) -> Int? {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(2)
      guard let plain = withoutUnderscores(digits), !"+-".contains(digits.first ?? "+") else { return nil }
      return Int(plain, radix: radix)
    }
    let digits = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
    guard let plain = withoutUnderscores(digits), plain.utf8.allSatisfy(isDigit), hasNoLeadingZero(plain) else {
      return nil
    }
    return Int((text.hasPrefix("-") ? "-" : "") + plain)
  }

  private static func decimal(_ text: String) -> Double? {
    let unsigned = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
    let parts = unsigned.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
    guard let mantissa = parts.first else { return nil }
    let halves = mantissa.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    var plain: [String] = []
    for half in halves {
      guard let digits = withoutUnderscores(half), digits.utf8.allSatisfy(isDigit) else { return nil }
      plain.append(digits)
    }
    guard let whole = plain.first, hasNoLeadingZero(whole), halves.count == 2 || parts.count == 2 else { return nil }
    var result = (text.hasPrefix("-") ? "-" : "") + plain.joined(separator: ".")
    if parts.count == 2 {
      let exponent = parts[1]
      let digits = exponent.first.map { "+-".contains($0) } == true ? exponent.dropFirst() : exponent
      guard let number = withoutUnderscores(digits), number.utf8.allSatisfy(isDigit) else { return nil }
      result += (exponent.hasPrefix("-") ? "e-" : "e") + number
    }
    return Double(result)
  }

  /// Underscores stand between digits only; nil when one does not, and for no digits at all.
  private static func withoutUnderscores(_ digits: Substring) -> String? {
    let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
    return groups.contains { $0.isEmpty } ? nil : groups.joined()
  }

  private static func hasNoLeadingZero(_ digits: String) -> Bool { digits == "0" || !digits.hasPrefix("0") }
}
