internal import WeirDomain

extension PromptCompressor {
  /// What stands in place of `count` turns.
  static func turnMark(_ count: Int) -> String {
    count == 1 ? "[an earlier turn was left out]" : "[\(count) earlier turns were left out]"
  }

  static let cutMark = "[the rest of this turn was left out]"

  /// How much recency counts against similarity to the last turn.
  private static let recencyShare = 0.3

  /// Drops the turns that matter least, the last of them in part where that is enough.
  func fitted(
    _ messages: [ChatMessage], _ isOpen: [Bool], to allowed: Int, _ relevance: (String) -> Double
  ) throws(Failure) -> (messages: [ChatMessage], loss: Double) {
    let words = messages.map { ContentWords.count(in: $0.content) }
    let whole = max(1, words.reduce(0, +))
    let last = Double(max(messages.count - 1, 1))
    let ranked = messages.indices.filter { isOpen[$0] }.map { index in
      (
        index: index,
        score: (1 - Self.recencyShare) * relevance(messages[index].content)
          + Self.recencyShare * Double(index) / last
      )
    }.sorted { ($0.score, $0.index) < ($1.score, $1.index) }
    var texts: [String?] = messages.map(\.content)
    var lost = 0
    var fewest = Self.tokens(of: messages)
    for (index, _) in ranked {
      let excess = Self.tokens(of: Self.rebuilt(messages, texts)) - allowed
      if excess <= 0 { break }
      let room = Int((maxLoss * Double(whole)).rounded(.down)) - lost
      if let head = Self.cut(messages[index].content, by: excess, losing: room) {
        texts[index] = head.text
        lost += head.lost
      } else if words[index] <= room {
        texts[index] = nil
        lost += words[index]
      }
      fewest = min(fewest, Self.tokens(of: Self.rebuilt(messages, texts)))
    }
    guard fewest <= allowed else {
      throw Failure(tokens: fewest, allowed: allowed, maxLoss: maxLoss, dropsOldTurns: true)
    }
    return (Self.rebuilt(messages, texts), Double(lost) / Double(whole))
  }

  /// The messages with markers where runs of them are gone; a marker keeps the first one's role.
  private static func rebuilt(_ messages: [ChatMessage], _ texts: [String?]) -> [ChatMessage] {
    var result: [ChatMessage] = []
    var gone = 0
    var role = ChatMessage.Role.user
    for (message, text) in zip(messages, texts) {
      if let text {
        gone = 0
        var kept = message
        kept.content = text
        result.append(kept)
        continue
      }
      gone += 1
      if gone == 1 { role = message.role } else { result.removeLast() }
      result.append(ChatMessage(role: role, content: turnMark(gone)))
    }
    return result
  }

  /// The first sentences of a long turn, so that at least `tokens` go; nil where too little would be left, or more than
  /// `room` content words would be lost.
  private static func cut(_ text: String, by tokens: Int, losing room: Int) -> (text: String, lost: Int)? {
    let goal = text.utf8.count - (tokens + 1) * 4 - cutMark.utf8.count - 1
    guard goal >= 160 else { return nil }
    var end = text.startIndex
    var used = 0
    var index = text.startIndex
    while index < text.endIndex {
      let character = text[index]
      used += character.utf8.count
      if used > goal { break }
      index = text.index(after: index)
      if character == "\n" || ".!?".contains(character) && (index == text.endIndex || text[index].isWhitespace) {
        end = index
      }
    }
    let head = text[..<end]
    guard head.utf8.count >= 80 else { return nil }
    let lost = ContentWords.count(in: text) - ContentWords.count(in: String(head))
    return lost <= room ? (head + " " + cutMark, lost) : nil
  }
}
