/// Recognises prompts whose answer is one person's own: their balance, their order, their name.
enum PersonalPrompt {
  static func matches(_ words: PromptWords) -> Bool {
    let texts = words.texts
    if words.literals.contains(where: { $0.contains("@") && $0.contains(".") }) { return true }
    if namesRecord(words) || introduces(texts) { return true }
    // "How do I check my balance" asks for a way, and the way is the same for all.
    if asksForWay(texts) { return false }
    return asksForOwn(texts)
  }

  /// A long number or identifier is somebody's order, card or account.
  private static func namesRecord(_ words: PromptWords) -> Bool {
    let hasLongNumber = words.numbers.contains { number in
      number.hasSuffix(" ") && number.filter(\.isNumber).count >= 5
    }
    let hasIdentifier = words.literals.contains { literal in
      literal.utf8.count >= 5 && literal.filter(\.isNumber).count >= 3 && !literal.hasPrefix("{")
    }
    if hasLongNumber || hasIdentifier { return true }
    let texts = words.texts
    return texts.indices.contains { index in
      records.contains(texts[index]) && texts[(index + 1)...].prefix(3).contains("0")
    }
  }

  private static func introduces(_ words: [String]) -> Bool {
    has(["my", "name", "is"], in: words) || has(["call", "me"], in: words) || has(["remember", "that", "i"], in: words)
  }

  private static func asksForWay(_ words: [String]) -> Bool {
    words.indices.contains { index in
      words[index] == "how" && index + 1 < words.count
        && ["do", "can", "could", "to", "should", "would"].contains(words[index + 1])
    }
  }

  private static func asksForOwn(_ words: [String]) -> Bool {
    for index in words.indices where words[index] == "my" || words[index] == "our" {
      let before = words[max(0, index - 3)..<index]
      let after = words[(index + 1)...].prefix(2)
      // "Where is my order", "when will my refund come", "show me my bill".
      if before.contains(where: { verbs.contains($0) }), words[..<index].contains(where: { askers.contains($0) }) {
        return true
      }
      if before.contains(where: { lookups.contains($0) }) || after.contains(where: { possessions.contains($0) }) {
        return true
      }
    }
    return [["do", "i", "owe"], ["did", "i"], ["have", "i"]].contains { has($0, in: words) }
      || has(["do", "i", "have"], in: words) && !has(["do", "i", "have", "to"], in: words)
  }

  private static func has(_ group: [String], in words: [String]) -> Bool {
    words.indices.contains { words[$0...].starts(with: group) }
  }

  private static let askers: Set<String> = ["what", "where", "when", "who", "which", "how", "why", "whats", "wheres"]
  private static let verbs: Set<String> = [
    "is", "are", "was", "were", "will", "does", "did", "do", "has", "have", "what", "where", "when", "much", "many",
  ]
  private static let lookups: Set<String> = [
    "status", "track", "check", "show", "view", "see", "find", "locate", "read", "tell", "list", "display",
  ]
  private static let possessions: Set<String> = [
    "balance", "statement", "transactions", "salary", "paycheck", "payslip", "appointment", "appointments",
    "schedule", "calendar", "meetings", "meeting", "inbox", "emails", "messages", "prescription", "grades", "diagnosis",
  ]
  private static let records: Set<String> = [
    "order", "account", "invoice", "ticket", "tracking", "reservation", "booking", "case", "policy", "card",
    "customer", "reference", "bill", "purchase",
  ]
}
