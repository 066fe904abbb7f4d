/// What the guard sees when it lays two prompts side by side: what forbids one answer for both, and what only weighs.
struct GuardReading: Sendable, Equatable {
  /// Hard evidence that they need two answers.
  var refusal: GuardRefusal?
  /// They seem to ask different kinds of question.
  var asksOtherwise = false
  /// What follows a preposition in one stands elsewhere in the other.
  var swapsEnds = false
  /// One content word stands in the place of another.
  var replacesWord = false
  /// One has content words beside all of the other's.
  var addsWords = false
  /// Their function words are the same, in the same places.
  var hasSameFrame = false

  /// Refusals that another stored prompt with the same answer can take back: where the answer was given in spite of
  /// such a difference, it does not depend on it. An opposite is never taken back.
  static let waivable: Set<GuardRefusal> = [.numbers, .names, .direction]
}

extension SimilarityGuard {
  static func reading(_ asked: PromptWords, _ stored: PromptWords) -> GuardReading {
    var reading = GuardReading()
    let (left, right) = (asked.texts, stored.texts)
    let language = PromptLanguage(left)
    if language != PromptLanguage(right) || language != .english && left != right {
      reading.refusal = .language
      return reading
    }
    let (ours, theirs) = (content(left), content(right))
    let (onlyOurs, onlyTheirs) = (ours.removing(theirs), theirs.removing(ours))
    reading.asksOtherwise = !QuestionKind.agree(QuestionKind(left), QuestionKind(right))
    reading.swapsEnds = swapsEnds(left, right)
    reading.replacesWord = onlyOurs.count == 1 && onlyTheirs.count == 1
    reading.addsWords = onlyOurs.isEmpty != onlyTheirs.isEmpty
    reading.hasSameFrame = left.count == right.count && skeleton(left) == skeleton(right)
    let hasSameWords = onlyOurs.isEmpty && onlyTheirs.isEmpty
    if asked.numbers.sorted() != stored.numbers.sorted() {
      reading.refusal = .numbers
    } else if asked.literals.sorted() != stored.literals.sorted() {
      reading.refusal = .literals
    } else if Negation.differs(left, right) || Negation.differsByPrefix(Set(left), Set(right)) {
      reading.refusal = .negation
    } else if ContrastSets.contradict(left, right) {
      reading.refusal = .polarity
    } else if !namesAgree(asked, stored) {
      reading.refusal = .names
    } else if asked.numbers != stored.numbers
      || hasSameWords && (reading.swapsEnds || ours != theirs && reading.hasSameFrame)
    {
      // "Add 10 km to 5 miles" and "add 5 miles to 10 km" have the same numbers in different places.
      reading.refusal = .direction
    }
    return reading
  }
}
