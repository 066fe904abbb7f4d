/// E-mail addresses, links and phone numbers.
extension EntityScan {
  /// `http://`, `https://` or `www.` and all that is glued to it, without closing marks.
  func link(at index: Int) -> Find? {
    guard let word = word(index) else { return nil }
    let isScheme =
      (word == "http" || word == "https") && isSymbol(index + 1, ":") && isSymbol(index + 2, "/")
      && isSymbol(index + 3, "/")
    guard isScheme || word == "www" && isSymbol(index + 1, ".") && isGlued(index + 1) else { return nil }
    var end = runEnd(index, most: 512) { _ in true }
    while end > index + 2, tokens[end - 1].kind == .symbol, !isSymbol(end - 1, "/") { end -= 1 }
    return end > index + 2 ? Find(kind: .url, tokens: index..<end, value: nil) : nil
  }

  /// `local@domain.tld`, at most 64 tokens before the sign and 32 after it.
  func email(at index: Int) -> Find? {
    guard let first = token(index), first.kind != .symbol, !isAddressCharacter(before: index) else { return nil }
    let sign = runEnd(index, most: 64) { token in
      token.kind != .symbol || [".", "_", "%", "+", "-"].contains(token.text)
    }
    guard isSymbol(sign, "@"), isGlued(sign), isGlued(sign + 1), token(sign - 1)?.text != "." else { return nil }
    var end = runEnd(sign + 1, most: 32) { $0.kind != .symbol || $0.text == "." || $0.text == "-" }
    while end > sign + 1, tokens[end - 1].kind == .symbol { end -= 1 }
    guard end - sign >= 4, isSymbol(end - 2, "."), let last = word(end - 1), last.utf8.count >= 2 else { return nil }
    return Find(kind: .email, tokens: index..<end, value: .name(text(index..<end)))
  }

  private func isAddressCharacter(before index: Int) -> Bool {
    guard index > 0, isGlued(index), let before = token(index - 1) else { return false }
    return before.kind != .symbol || [".", "_", "%", "+", "-", "@"].contains(before.text)
  }

  /// Seven to fifteen digits in groups, with `+`, brackets, dots, hyphens or spaces; or ungrouped after a cue word.
  func phone(at index: Int) -> Find? {
    guard let first = token(index), first.kind == .number || ["+", "("].contains(first.text) else { return nil }
    if first.isGlued, let before = token(index - 1),
      before.kind != .symbol || ["$", "#", "-", ".", "/"].contains(before.text)
    {
      return nil
    }
    let hasPlus = isSymbol(index, "+")
    var digits = ""
    var groups = 0
    var place = index
    var end = index
    var gap = 0
    while let token = token(place), place - index < 24 {
      if token.kind == .number {
        if digits.utf8.count + token.text.utf8.count > 15 { return nil }
        digits += token.text
        groups += 1
        (end, gap) = (place + 1, 0)
      } else if token.kind == .symbol, ["+", "(", ")", "-", "."].contains(token.text), gap < 2 {
        gap += 1
      } else {
        if token.isGlued, token.kind == .word { return nil }
        break
      }
      place += 1
    }
    let isGrouped = groups >= 2 && tokens[index..<end].allSatisfy { $0.kind == .symbol || $0.text.utf8.count <= 5 }
    let isCued = hasCue(before: index, within: 5, in: ContactWords.phone)
    // Four, two and two digits are a date, if a wrong one.
    if digits.utf8.count == 8, groups == 3, !hasPlus, !isCued { return nil }
    guard digits.utf8.count >= 7, hasPlus || isGrouped && (groups >= 3 || isCued) || isCued else { return nil }
    return Find(kind: .phone, tokens: index..<end, value: .name((hasPlus ? "+" : "") + digits))
  }

  /// True where one of `words` stands among the `count` tokens before `index`.
  func hasCue(before index: Int, within count: Int, in words: Set<String>) -> Bool {
    tokens[max(0, index - count)..<index].contains { $0.kind == .word && words.contains($0.text) }
  }

  /// The tokens' text in lower case, without what separates them.
  func text(_ range: Range<Int>) -> String { tokens[range].map(\.text).joined() }
}

enum ContactWords {
  static let phone: Set<String> = [
    "phone", "telephone", "tel", "mobile", "cell", "cellphone", "call", "whatsapp", "sms", "text", "fax", "dial",
    "landline",
  ]
}
