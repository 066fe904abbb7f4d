/// Why two similar prompts must not share an answer. Holds no text of either.
package enum GuardRefusal: String, Sendable, Hashable, CaseIterable {
  case numbers, negation, polarity, names, literals, question, direction, language, wording
  /// A person said so.
  case calledWrong = "called_wrong"

  /// What differs, in words for a trace.
  package var text: String {
    switch self {
    case .numbers: "numbers or units differ"
    case .negation: "one of them negates"
    case .polarity: "they ask for opposite or different actions"
    case .names: "they name different things"
    case .literals: "quoted texts, addresses or identifiers differ"
    case .question: "they ask different kinds of question"
    case .direction: "the same words stand in another order"
    case .language: "they are in different languages"
    case .wording: "a decisive word differs"
    case .calledWrong: "its answer was called wrong for this prompt"
    }
  }
}
