/// What one token of a prompt is.
enum TokenKind: Equatable {
  case word
  /// Plain digits with a point, without separators and superfluous zeros, and the unit written together with it.
  case number(value: String, unit: String)
  case literal

  /// `token` is in small letters and starts and ends with something that is no punctuation.
  init(_ token: String) {
    if token.contains("@") || token.contains("://") || token.hasPrefix("www.") {
      self = .literal
    } else if token.contains(where: \.isNumber) {
      self = TokenKind.number(token) ?? .literal
    } else if token.contains(where: { "+#_/\\=<>&^|~$.\u{20AC}\u{A3}%@{}[]()*".contains($0) }) {
      self = .literal
    } else {
      self = .word
    }
  }

  private static func number(_ token: String) -> TokenKind? {
    var rest = token[...]
    var unit = ""
    if let first = rest.first, let currency = NumberWords.currencies[first] {
      unit = currency
      rest.removeFirst()
    }
    let isNegative = rest.first == "-" || rest.first == "\u{2212}"
    if isNegative || rest.first == "+" || rest.first == "#" { rest.removeFirst() }
    let digits = rest.prefix { $0.isASCII && $0.isNumber || ".,:/-".contains($0) }
    guard digits.first?.isNumber ?? false, digits.last?.isNumber ?? false else { return nil }
    let suffix = String(rest[digits.endIndex...])
    if !suffix.isEmpty {
      // A suffix that is no unit makes an identifier: x86, 3d, 5s are not numbers.
      guard unit.isEmpty, let known = NumberWords.unit(of: suffix) else { return nil }
      unit = known
    }
    return .number(value: (isNegative ? "-" : "") + plain(digits), unit: unit)
  }

  /// `1,000.50` becomes `1000.5`; dates, times and versions stay as they are.
  private static func plain(_ digits: Substring) -> String {
    let parts = digits.split(separator: ",", omittingEmptySubsequences: false)
    let isGrouped =
      parts.count > 1 && (1...3).contains(parts[0].count)
      && parts.dropFirst().dropLast().allSatisfy { $0.count == 3 }
      && (parts.last?.prefix { $0 != "." }.count == 3)
    var value = isGrouped ? parts.joined() : String(digits)
    if value.split(separator: ".", omittingEmptySubsequences: false).count == 2,
      !value.contains(where: { ",:/-".contains($0) })
    {
      while value.hasSuffix("0") { value.removeLast() }
      if value.hasSuffix(".") { value.removeLast() }
    }
    return value
  }
}
