/// People's names by cue words, and kinds of accounts.
///
/// English gives a name away by what stands in front of it. Without a cue nothing is taken for a name.
extension EntityScan {
  func name(at index: Int) -> Find? {
    titledName(at: index) ?? introducedName(at: index) ?? namedParty(at: index)
  }

  /// "Mr. Smith", "dr jane doe".
  private func titledName(at index: Int) -> Find? {
    guard let title = word(index), NameWords.titles.contains(title) else { return nil }
    // "miss" is a verb, "ms" and "dr" are not.
    if title == "miss" || title == "sir", !isCapitalized(index) { return nil }
    let start = isSymbol(index + 1, ".") && isGlued(index + 1) ? index + 2 : index + 1
    let end = nameEnd(start, most: 3, needsCapitals: isCapitalized(start))
    guard end > start else { return nil }
    let isLowercase = !isCapitalized(start)
    return Find(kind: .personName, tokens: index..<(isLowercase ? start + 1 : end), value: nil)
  }

  /// "my name is Ada Lovelace", "I'm Ada Lovelace", "call me Ada".
  private func introducedName(at index: Int) -> Find? {
    for (cue, strength) in NameWords.introductions where cue.count <= index {
      guard has(cue, at: index - cue.count) else { continue }
      let end = nameEnd(index, most: 3, needsCapitals: strength != .sure || isCapitalized(index))
      guard end > index else { continue }
      // "I am Happy" is a state; two capitals in a row are a name.
      if strength == .weak, end - index < 2 { continue }
      return Find(kind: .customerName, tokens: index..<(isCapitalized(index) ? end : min(end, index + 2)), value: nil)
    }
    return nil
  }

  /// "the invoice from Anna Freeman", "on behalf of Anna Freeman", "in the name of Anna Freeman".
  private func namedParty(at index: Int) -> Find? {
    guard isCapitalized(index), let link = word(index - 1), !isGlued(index) else { return nil }
    let isNamed = NameWords.namings.contains { has($0, at: index - $0.count) }
    let follows =
      ["from", "of", "for", "by", "to"].contains(link)
      && (word(index - 2).map {
        NameWords.papers.contains($0) || EntityScan.isMisspelling($0, ofOneIn: NameWords.longPapers)
      } ?? false)
    guard isNamed || follows else { return nil }
    let end = nameEnd(index, most: 3, needsCapitals: true)
    guard end - index >= (isNamed ? 1 : 2) else { return nil }
    return Find(kind: .personName, tokens: index..<end, value: nil)
  }

  /// One past the last word of a name that begins at `index`; `index` where none does.
  private func nameEnd(_ index: Int, most: Int, needsCapitals: Bool) -> Int {
    var end = index
    while end - index < most, let token = token(end), token.kind == .word, !token.text.isEmpty {
      if needsCapitals != token.isCapitalized { break }
      if NameWords.noNames.contains(token.text) || DateNames.months[token.text] != nil
        || DateNames.weekdays.contains(token.text)
      {
        break
      }
      end += 1
      // "J. Smith": the initial's dot belongs to the name.
      if token.text.utf8.count == 1, isSymbol(end, "."), isGlued(end), isCapitalized(end + 1) { end += 1 }
      if isSymbol(end, "-"), isGlued(end), isGlued(end + 1), isCapitalized(end + 1) { end += 2 }
      if NameWords.endings.contains(token.text) { break }
    }
    return end
  }

  /// The word in front of "account", "plan" and the like, or behind "switch to".
  func accountType(at index: Int) -> Find? {
    guard let type = word(index), NameWords.accountTypes.contains(type) else { return nil }
    let find = Find(kind: .accountType, tokens: index..<index + 1, value: .name(type))
    // Up to two more words may stand in between: "a premium user account".
    for place in index + 1..<index + 4 {
      guard let word = word(place) else { break }
      if NameWords.accounts.contains(word)
        || EntityScan.isMisspelling(word, ofOneIn: ["account", "accounts", "subscription", "membership"])
      {
        return find
      }
      guard NameWords.accountFillers.contains(word) || NameWords.accountTypes.contains(word) else { break }
    }
    guard NameWords.plainAccountTypes.contains(type) else { return nil }
    let article = ["the", "a", "my"].contains(word(index - 1) ?? "") ? index - 2 : index - 1
    let isChosen =
      ["to", "from", "into"].contains(word(article) ?? "") && hasCue(before: article, within: 4, in: NameWords.switches)
    return isChosen || has(["account", "type"], at: index - 2) || has(["account", "type", "is"], at: index - 3)
      ? find : nil
  }
}

enum NameWords {
  enum Strength { case sure, capital, weak }

  static let titles: Set<String> = [
    "mr", "mrs", "ms", "miss", "dr", "prof", "professor", "mister", "sir", "madam", "mme", "mx",
  ]

  static let introductions: [(words: [String], strength: Strength)] = [
    (["my", "name", "is"], .sure), (["my", "name's"], .sure), (["my", "full", "name", "is"], .sure), (["names"], .weak),
    (["call", "me"], .capital), (["i", "am", "called"], .sure), (["i", "am"], .weak), (["i'm"], .weak),
    (["this", "is"], .weak),
    (["regards"], .capital), (["sincerely"], .capital), (["my", "surname", "is"], .sure),
    (["my", "last", "name", "is"], .sure),
    (["my", "first", "name", "is"], .sure),
  ]

  static let namings: [[String]] = [
    ["on", "behalf", "of"], ["in", "the", "name", "of"], ["under", "the", "name", "of"], ["under", "the", "name"],
    ["under", "name"], ["name", "of"],
    ["belonging", "to"], ["registered", "to"], ["addressed", "to"], ["issued", "to"], ["issued", "by"],
  ]

  /// Papers that come from or go to somebody.
  static let papers: Set<String> = [
    "invoice", "invoices", "bill", "bills", "receipt", "receipts", "order", "orders", "purchase", "payment", "letter",
    "email", "message",
    "package", "parcel", "contract", "account", "reservation", "booking",
  ]
  static let longPapers = ["invoice", "invoices", "bills", "orders", "receipt", "purchase"]

  /// Words that end a name or cannot begin one.
  static let noNames: Set<String> = [
    "i", "a", "an", "the", "and", "or", "but", "not", "my", "your", "his", "her", "is", "are", "was", "to", "from",
    "for", "with", "in",
    "on", "at", "of", "who", "what", "when", "where", "why", "how", "can", "could", "do", "does", "did", "please",
    "need", "want", "have",
    "help", "here", "there", "this", "that", "it", "we", "you", "they", "he", "she", "so", "because", "trying",
    "looking", "just", "very",
    "wondering", "having", "getting", "unable", "going", "interested", "calling", "writing", "unhappy", "happy",
    "sorry", "amp", "thanks",
    "hello", "hi", "your", "yours", "wrong", "misspelled", "incorrect", "spelled", "order", "account", "invoice", "mr",
    "mrs", "ms", "dr", "as", "by",
  ]
  static let endings: Set<String> = ["jr", "sr"]

  static let accountTypes: Set<String> = plainAccountTypes.union([
    "free", "standard", "basic", "personal", "business", "savings", "saving", "checking", "current", "joint", "student",
    "family",
    "individual", "corporate", "company", "private", "professional", "guest", "trial", "admin", "merchant", "regular",
    "normal", "advanced",
    "plus", "classic", "starter", "paid", "investment", "credit", "deposit", "youth", "senior", "elite",
  ])
  /// Words that name a kind of account even where the word "account" does not stand behind them.
  static let plainAccountTypes: Set<String> = [
    "pro", "premium", "gold", "platinum", "freemium", "silver", "bronze", "diamond", "enterprise", "vip",
  ]
  static let accounts: Set<String> = [
    "account", "accounts", "acct", "acc", "plan", "plans", "subscription", "subscriptions", "membership", "memberships",
    "tier", "package", "profile", "profiles",
  ]
  static let accountFillers: Set<String> = ["user", "type", "customer", "online", "bank", "kind", "of", "member"]
  static let switches: Set<String> = [
    "switch", "switching", "upgrade", "upgrading", "downgrade", "downgrading", "change", "changing", "move", "moving",
    "swap", "go", "migrate", "convert",
  ]
}
