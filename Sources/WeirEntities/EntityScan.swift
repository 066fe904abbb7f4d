/// A text as the rules read it: its tokens, and small questions about them.
///
/// Each rule looks at a bounded number of tokens around its place, so that all of them together read a text in time
/// that grows with its length alone.
struct EntityScan: Sendable {
  let tokens: [EntityToken]

  /// A rule's find: the entity's kind, its tokens, and its meaning.
  struct Find {
    var kind: EntityKind
    var tokens: Range<Int>
    var value: EntityValue?
  }

  init(_ text: String) {
    tokens = EntityToken.tokens(of: text)
  }

  func token(_ index: Int) -> EntityToken? { tokens.indices.contains(index) ? tokens[index] : nil }

  /// The word at `index` in lower case; nil where no word stands there.
  func word(_ index: Int) -> String? {
    guard let token = token(index), token.kind == .word else { return nil }
    return token.text
  }

  func isSymbol(_ index: Int, _ text: String) -> Bool {
    guard let token = token(index) else { return false }
    return token.kind == .symbol && token.text == text
  }

  func isNumber(_ index: Int) -> Bool { token(index)?.kind == .number }
  func isGlued(_ index: Int) -> Bool { token(index)?.isGlued ?? false }
  func isCapitalized(_ index: Int) -> Bool { token(index)?.isCapitalized ?? false }

  /// True where `words` stand from `index` on.
  func has(_ words: [String], at index: Int) -> Bool {
    for (offset, wanted) in words.enumerated() where word(index + offset) != wanted { return false }
    return true
  }

  /// Digits of the number at `index` as an integer of at most nine digits.
  func integer(_ index: Int) -> Int? {
    guard let token = token(index), token.kind == .number, token.text.utf8.count <= 9 else { return nil }
    return Int(token.text)
  }

  /// A whole number in digits or in words ("twenty-five", "a dozen"), and the index after it.
  func count(at index: Int) -> (value: Int, end: Int)? {
    if let value = integer(index) {
      // "3rd" and "3pm" are no counts, and neither is one half of "3.50" or "12/5".
      if isGlued(index + 1), let next = token(index + 1), next.kind == .word || isJoined(index) { return nil }
      return (value, index + 1)
    }
    guard let word = word(index) else { return nil }
    if word == "a", self.word(index + 1) == "dozen" { return (12, index + 2) }
    guard let value = NumberNames.values[word] else { return nil }
    if value >= 20, value < 100, value % 10 == 0 {
      let next = isSymbol(index + 1, "-") && isGlued(index + 1) && isGlued(index + 2) ? index + 2 : index + 1
      if let unit = self.word(next).flatMap({ NumberNames.values[$0] }), (1..<10).contains(unit) {
        return (value + unit, next + 1)
      }
    }
    return (value, index + 1)
  }

  /// True where a mark and another number are glued to the number at `index`.
  private func isJoined(_ index: Int) -> Bool {
    guard let next = token(index + 1), next.kind == .symbol, [".", ",", "/", ":", "-"].contains(next.text) else {
      return false
    }
    return isGlued(index + 2) && isNumber(index + 2)
  }

  /// One past the last token that is glued to those before it, from `index` on, at most `most` tokens.
  func runEnd(_ index: Int, most: Int, where allows: (EntityToken) -> Bool) -> Int {
    var end = index
    while end < tokens.count, end - index < most, allows(tokens[end]), end == index || tokens[end].isGlued { end += 1 }
    return end
  }

  /// True for a word within one slip of the keyboard of a name in `names`, five letters at least.
  static func isMisspelling(_ word: String, ofOneIn names: [String]) -> Bool {
    guard word.utf8.count >= 5 else { return false }
    return names.contains { $0.utf8.count >= 5 && differsByOneSlip(Array(word.utf8), Array($0.utf8)) }
  }

  /// One letter more, less or other, or two neighbours swapped; the first letter is right.
  private static func differsByOneSlip(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard abs(left.count - right.count) <= 1, left.first == right.first else { return false }
    var start = 0
    while start < min(left.count, right.count), left[start] == right[start] { start += 1 }
    let (rest, other) = (left[start...], right[start...])
    if rest.count > other.count { return Array(rest.dropFirst()) == Array(other) }
    if rest.count < other.count { return Array(rest) == Array(other.dropFirst()) }
    if rest.dropFirst().elementsEqual(other.dropFirst()) { return true }
    return rest.count >= 2 && rest.prefix(2).elementsEqual(other.prefix(2).reversed())
      && rest.dropFirst(2).elementsEqual(other.dropFirst(2))
  }
}
