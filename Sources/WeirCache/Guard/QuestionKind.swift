/// What kind of answer a question asks for.
enum QuestionKind: Equatable {
  case how, howMuch, howLong, howOften, howFar, what, when, why, where_, who, which

  /// The kind of the first question word; nil for orders and yes-or-no questions.
  init?(_ words: [String]) {
    guard let index = words.firstIndex(where: { QuestionKind.words.contains($0) }) else { return nil }
    let next = index + 1 < words.count ? words[index + 1] : ""
    let after = Set(words[(index + 1)...].prefix(6))
    switch words[index] {
    case "how":
      switch next {
      case "much", "many", "expensive": self = .howMuch
      case "long", "soon", "old": self = .howLong
      case "often", "frequently": self = .howOften
      case "far", "big", "tall", "high", "deep": self = .howFar
      case "come": self = .why
      default: self = .how
      }
    case "when": self = .when
    case "why": self = .why
    case "where": self = .where_
    case "who", "whom", "whose": self = .who
    case "which", "what":
      // What a noun after it asks for: "what time", "what is the reason", "what steps".
      if !after.isDisjoint(with: ["way", "ways", "steps", "step", "process", "procedure", "method"]) {
        self = .how
      } else if after.contains("do"), after.contains("to"), !after.isDisjoint(with: ["i", "we", "you"]) {
        self = .how
      } else if ["time", "date", "day", "year"].contains(next) {
        self = .when
      } else if after.contains("reason") {
        self = .why
      } else if after.contains("cost") || after.contains("price") || after.contains("amount") {
        self = .howMuch
      } else {
        self = words[index] == "which" ? .which : .what
      }
    default: return nil
    }
  }

  private static let words: Set<String> = [
    "how", "what", "when", "why", "where", "who", "whom", "whose", "which",
  ]

  /// Whether two prompts may ask the same; `which` and `what` may, and so may an order and "how" or "what".
  static func agree(_ left: QuestionKind?, _ right: QuestionKind?) -> Bool {
    switch (left, right) {
    case (nil, nil), (nil, .how?), (nil, .what?), (.how?, nil), (.what?, nil): true
    case (.what?, .which?), (.which?, .what?): true
    case (nil, _), (_, nil): false
    default: left == right
    }
  }
}
