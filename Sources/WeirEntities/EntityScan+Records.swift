/// Numbers of orders, invoices, parcels, accounts and cases, by the word that stands near them.
extension EntityScan {
  func recordNumber(at index: Int) -> Find? {
    guard let first = token(index) else { return nil }
    let hasSign = first.kind == .symbol && first.text == "#"
    let start = hasSign ? index + 1 : index
    guard let head = token(start), head.kind != .symbol, !hasSign || head.isGlued else { return nil }
    if !hasSign, isPartOfWord(index) { return nil }
    if head.kind == .word, RecordWords.kinds[head.text] != nil || RecordWords.links.contains(head.text) { return nil }
    var end = runEnd(start, most: 12) { $0.kind != .symbol || $0.text == "-" || $0.text == "_" }
    while end > start, tokens[end - 1].kind == .symbol { end -= 1 }
    let digits = tokens[start..<end].reduce(0) { $0 + ($1.kind == .number ? $1.text.utf8.count : 0) }
    let letters = tokens[start..<end].reduce(0) { $0 + ($1.kind == .word ? $1.text.utf8.count : 0) }
    // "covid-19", "mp3" and "3pm" are words with digits; identifiers are digits with letters.
    guard digits > 0, hasSign || digits >= letters || digits >= 4, digits <= 40 else { return nil }
    guard let kind = recordKind(index..<end, digits: digits, isSigned: hasSign, isMixed: letters > 0) else {
      return nil
    }
    return Find(kind: kind, tokens: index..<end, value: .name(text(start..<end)))
  }

  /// True where the token is glued to one that makes it part of something else.
  private func isPartOfWord(_ index: Int) -> Bool {
    guard isGlued(index), let before = token(index - 1) else { return false }
    switch before.kind {
    // "order12345": the cue is a word of its own.
    case .word: return RecordWords.kind(before.text) == nil
    case .number: return true
    case .symbol: return ["-", "_", "/", ".", ",", "$", "@", "+"].contains(before.text)
    }
  }

  private func recordKind(_ range: Range<Int>, digits: Int, isSigned: Bool, isMixed: Bool) -> EntityKind? {
    let before = cue(before: range.lowerBound)
    let isExplicit = isSigned || before?.isExplicit ?? false
    if let kind = before?.kind {
      if isExplicit || digits >= 5 || isMixed && digits >= 2 && digits >= 3 { return kind }
      return digits >= 3 && !isYear(range) && isEndOfPhrase(range.upperBound) ? kind : nil
    }
    guard digits >= 6 || isExplicit && digits >= 2 || isMixed && digits >= 4 else { return nil }
    if let kind = cue(after: range.upperBound) { return kind }
    return nearestCue(to: range) ?? .reference
  }

  private func isYear(_ range: Range<Int>) -> Bool {
    range.count == 1 && (integer(range.lowerBound).map { (1900..<2100).contains($0) } ?? false)
      && token(range.lowerBound)?.text.utf8.count == 4
  }

  /// True where no noun follows that the number would count: "order 1234 please", but not "order 200 chairs".
  private func isEndOfPhrase(_ index: Int) -> Bool {
    guard let next = token(index) else { return true }
    return next.kind == .symbol && next.text != "%" || next.kind == .word && RecordWords.followers.contains(next.text)
  }

  /// The cue in front, across words such as "number" and "is"; explicit where one of them says that a number follows.
  private func cue(before index: Int) -> (kind: EntityKind?, isExplicit: Bool)? {
    var isExplicit = false
    var weak: EntityKind?
    var place = index - 1
    while place >= 0, index - place <= 6, let token = token(place) {
      if token.kind == .word, let kind = RecordWords.kind(token.text) {
        // "order reference 123" is the order's; "reference for order" reads on to the stronger word.
        guard kind == .reference else { return (kind, isExplicit) }
        weak = weak ?? kind
      } else if RecordWords.links.contains(token.text) {
        isExplicit = isExplicit || RecordWords.numberWords.contains(token.text)
      } else {
        break
      }
      place -= 1
    }
    return weak != nil || isExplicit ? (weak, isExplicit) : nil
  }

  /// "12345 is my order number", "#123 order".
  private func cue(after index: Int) -> EntityKind? {
    for place in index..<min(index + 5, tokens.count) {
      guard let word = word(place) else { return nil }
      if let kind = RecordWords.kind(word) { return kind }
      guard RecordWords.links.contains(word) else { return nil }
    }
    return nil
  }

  /// The nearest cue among sixteen tokens on either side, those in front first.
  private func nearestCue(to range: Range<Int>) -> EntityKind? {
    for distance in 1...16 {
      for place in [range.lowerBound - distance, range.upperBound - 1 + distance] {
        if let word = word(place), let kind = RecordWords.kind(word), kind != .reference { return kind }
      }
    }
    return nil
  }
}

/// Words that say what a number numbers.
enum RecordWords {
  static let kinds: [String: EntityKind] = [
    "order": .orderNumber, "orders": .orderNumber, "purchase": .orderNumber, "purchases": .orderNumber,
    "invoice": .invoiceNumber, "invoices": .invoiceNumber, "bill": .invoiceNumber, "bills": .invoiceNumber,
    "receipt": .invoiceNumber,
    "tracking": .trackingNumber, "parcel": .trackingNumber, "package": .trackingNumber, "shipment": .trackingNumber,
    "consignment": .trackingNumber, "waybill": .trackingNumber,
    "account": .accountNumber, "customer": .accountNumber, "member": .accountNumber, "membership": .accountNumber,
    "iban": .accountNumber,
    "case": .reference, "ticket": .reference, "booking": .reference, "reservation": .reference, "claim": .reference,
    "reference": .reference, "ref": .reference, "confirmation": .reference, "policy": .reference, "card": .reference,
    "contract": .reference, "serial": .reference, "transaction": .reference, "request": .reference,
  ]

  /// The kind of a cue word, also with one slip in it.
  static func kind(_ word: String) -> EntityKind? {
    if let kind = kinds[word] { return kind }
    for (kind, names) in long where EntityScan.isMisspelling(word, ofOneIn: names) { return kind }
    return nil
  }

  /// Cue words that are long enough to be known with a slip in them.
  private static let long: [(EntityKind, [String])] = [
    (.orderNumber, ["order", "orders", "purchase", "purchases"]), (.invoiceNumber, ["invoice", "invoices", "bills"]),
    (.trackingNumber, ["tracking", "shipment"]), (.accountNumber, ["account"]),
  ]

  /// Words that say that a number follows.
  static let numberWords: Set<String> = ["number", "numbers", "no", "nr", "num", "nbr", "id", "code", "#"]

  /// What may stand between a cue and its number.
  static let links: Set<String> = numberWords.union([
    ":", ".", "=", "(", "-", "'", "\"", "is", "was", "the", "my", "with", "a", "an", "of", "its", "it's", "whose",
    "which", "has", "under", "having", "called", "named", "this", "that", "as", "by",
  ])

  /// Words after a number that it does not count.
  static let followers: Set<String> = [
    "is", "was", "has", "please", "and", "or", "but", "because", "i", "it", "to", "for", "from", "on", "in", "at",
    "need",
    "help", "can", "could", "how", "what", "where", "when", "why", "if", "that", "which", "asap", "now", "today",
    "with", "by", "pls", "plz", "thanks", "thank", "will", "hasn't", "isn't", "does", "did", "not", "yet", "again",
  ]
}
