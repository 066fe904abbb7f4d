internal import WeirCache
internal import WeirDomain
internal import WeirEntities

/// The words and phrases of all rules, found in one walk over a text.
struct RuleText: Sendable {
  private struct Phrase: Sendable {
    /// The words after the first one.
    var rest: [String]
    var rule: Int
  }

  /// By the first word.
  private var phrases: [String: [Phrase]] = [:]
  /// Keywords in scripts that do not part words: found anywhere.
  private var parts: [(text: String, rule: Int)] = []
  /// Whether a rule needs them, and whether for all that would be sent.
  private var readsAny = false
  private var readsConversation = false
  private var readsOldEntities = false

  init(_ rules: [RouteRule]) {
    for (index, rule) in rules.enumerated() where rule.condition.readsText {
      readsAny = true
      readsConversation = readsConversation || rule.staysLocal
      readsOldEntities = readsOldEntities || (rule.staysLocal && !rule.condition.entities.isEmpty)
      for keyword in rule.condition.keywords {
        if keyword.unicodeScalars.contains(where: Self.isUnparted) {
          parts.append((keyword.lowercased(), index))
        } else {
          let words = Self.words(of: keyword)
          guard let first = words.first else { continue }
          phrases[first, default: []].append(Phrase(rest: Array(words.dropFirst()), rule: index))
        }
      }
    }
  }

  /// Positions of the rules whose keywords, pattern and entities fit, ascending.
  func fitting(_ rules: [RouteRule], _ request: RouteRequest, entities: [Entity]) -> [Int] {
    guard readsAny else { return [] }
    let prompt = request.prompt
    let last = Reading(text: self, texts: [prompt], kinds: Set(entities.map(\.kind)))
    var whole = last
    if readsConversation {
      let texts = SentTexts(request).texts.filter { !$0.isEmpty && $0 != prompt } + [prompt]
      var kinds = last.kinds
      if readsOldEntities {
        for text in texts.dropLast() { kinds.formUnion(EntityExtractor().entities(in: text).map(\.kind)) }
      }
      if texts.count > 1 { whole = Reading(text: self, texts: texts, kinds: kinds) }
    }
    return rules.indices.filter { index in
      rules[index].condition.readsText && (rules[index].staysLocal ? whole : last).fits(rules[index], at: index)
    }
  }

  /// What was found in some texts.
  private struct Reading {
    /// Rules with a keyword in one of the texts.
    var named: Set<Int> = []
    var subjects: [TextPattern.Subject] = []
    var kinds: Set<EntityKind>

    init(text: RuleText, texts: [String], kinds: Set<EntityKind>) {
      self.kinds = kinds
      for content in texts {
        text.find(in: content, &named)
        subjects.append(TextPattern.Subject(content))
      }
    }

    func fits(_ rule: RouteRule, at index: Int) -> Bool {
      let condition = rule.condition
      guard condition.keywords.isEmpty || named.contains(index) else { return false }
      guard condition.entities.isEmpty || !condition.entities.isDisjoint(with: kinds) else { return false }
      guard let pattern = condition.pattern else { return true }
      return subjects.contains { pattern.matches($0) }
    }
  }

  private func find(in text: String, _ named: inout Set<Int>) {
    if !parts.isEmpty {
      let lowercased = text.lowercased()
      for part in parts where !named.contains(part.rule) && lowercased.contains(part.text) { named.insert(part.rule) }
    }
    guard !phrases.isEmpty else { return }
    let words = Self.words(of: text)
    for (index, word) in words.enumerated() {
      guard let candidates = phrases[word] else { continue }
      for phrase in candidates where !named.contains(phrase.rule) {
        if words[(index + 1)...].starts(with: phrase.rest) { named.insert(phrase.rule) }
      }
    }
  }

  /// Runs of letters and digits in small letters; equal characters are equal however they are composed.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    // Almost every prompt is ASCII or nearly so; walking characters costs ten times as much.
    for byte in text.utf8 {
      guard byte < 0x80 else { return wordsOfCharacters(text) }
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): word.append(byte)
      default:
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        word.removeAll(keepingCapacity: true)
      }
    }
    if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
    return words
  }

  private static func wordsOfCharacters(_ text: String) -> [String] {
    text.lowercased().split { !($0.isLetter || $0.isNumber) }.map(String.init)
  }

  /// Letters of scripts that write words without blanks between them, or with endings attached.
  private static func isUnparted(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0xAC00...0xD7AF: true
    default: scalar.properties.isIdeographic
    }
  }
}
