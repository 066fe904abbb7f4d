/// Decides whether two prompts that an encoder finds similar may share an answer.
///
/// Sentence vectors place a text and its opposite side by side: what decides an answer is often one word. The guard
/// compares what vectors blur and refuses when in doubt, for a refusal costs one answer and a wrong hit costs trust.
/// Its word lists are English; prompts in other languages pass only when they have the same words in the same order.
package enum SimilarityGuard {
  /// Why the stored answer must not be given to the asked prompt; nil when it may. Both texts are canonical.
  package static func refusal(asked: String, stored: String) -> GuardRefusal? {
    if asked == stored { return nil }
    let (asked, stored) = (PromptWords(asked), PromptWords(stored))
    return hardRefusal(asked, stored)
      ?? (PromptLanguage(asked.texts) == .english ? topicRefusal(asked.texts, stored.texts) : nil)
  }

  /// The same without the comparison of topics, which the verifier makes by itself: only what is hard evidence.
  package static func hardRefusal(asked: String, stored: String) -> GuardRefusal? {
    asked == stored ? nil : reading(PromptWords(asked), PromptWords(stored)).refusal
  }

  private static func hardRefusal(_ asked: PromptWords, _ stored: PromptWords) -> GuardRefusal? {
    let (left, right) = (asked.texts, stored.texts)
    let language = PromptLanguage(left)
    if language != PromptLanguage(right) { return .language }
    if asked.numbers.sorted() != stored.numbers.sorted() { return .numbers }
    if asked.literals.sorted() != stored.literals.sorted() { return .literals }
    if language != .english { return left == right ? nil : .language }
    if Negation.differs(left, right) || Negation.differsByPrefix(Set(left), Set(right)) { return .negation }
    if ContrastSets.contradict(left, right) { return .polarity }
    if !namesAgree(asked, stored) { return .names }
    if !QuestionKind.agree(QuestionKind(left), QuestionKind(right)) { return .question }
    // "Add 10 km to 5 miles" and "add 5 miles to 10 km" have the same numbers in different places.
    if asked.numbers != stored.numbers || swapsEnds(left, right) { return .direction }
    return nil
  }

  /// Every name of one must be a word of the other, in whatever case it is written there.
  static func namesAgree(_ asked: PromptWords, _ stored: PromptWords) -> Bool {
    func isSaid(_ word: PromptWords.Word, in words: Set<String>) -> Bool {
      !word.isName || FunctionWords.contains(word.text) || words.contains(WordStem.stem(word.text))
    }
    let (left, right) = (Set(asked.texts.map(WordStem.stem)), Set(stored.texts.map(WordStem.stem)))
    return asked.words.allSatisfy { isSaid($0, in: right) } && stored.words.allSatisfy { isSaid($0, in: left) }
  }

  /// Whether what follows `from`, `to` or `than` in one stands elsewhere in the other.
  static func swapsEnds(_ left: [String], _ right: [String]) -> Bool {
    for preposition in ["from", "to", "into", "in", "than", "for", "with", "by", "of"] {
      let (ours, theirs) = (objects(of: preposition, in: left), objects(of: preposition, in: right))
      guard !ours.isEmpty, !theirs.isEmpty, ours.isDisjoint(with: theirs) else { continue }
      if !ours.isDisjoint(with: content(right)) || !theirs.isDisjoint(with: content(left)) { return true }
    }
    return false
  }

  private static func objects(of preposition: String, in words: [String]) -> Set<String> {
    var objects: Set<String> = []
    for index in words.indices where words[index] == preposition {
      if let next = words[(index + 1)...].prefix(3).first(where: { !FunctionWords.contains($0) }) {
        objects.insert(Synonyms.representative(of: next))
      }
    }
    return objects
  }

  /// Compares what the prompts are about, word by word.
  ///
  /// Refused: the same words in another order; one word in the place of another that is no synonym; a word that only
  /// one of them has beside all that they share; the same sentence with other words put in. What is said in quite
  /// other words on both sides is left to the similarity.
  private static func topicRefusal(_ left: [String], _ right: [String]) -> GuardRefusal? {
    let (ours, theirs) = (content(left), content(right))
    let (onlyOurs, onlyTheirs) = (ours.removing(theirs), theirs.removing(ours))
    switch (onlyOurs.count, onlyTheirs.count) {
    case (0, 0): return ours == theirs ? nil : .direction
    case (0, _), (_, 0), (1, 1): return .wording
    default: return skeleton(left) == skeleton(right) ? .wording : nil
    }
  }

  static func content(_ words: [String]) -> [String] {
    words.filter { !FunctionWords.contains($0) }.map { Synonyms.representative(of: $0) }
  }

  /// The function words, with a gap for each word between.
  static func skeleton(_ words: [String]) -> [String] {
    words.map { FunctionWords.contains($0) ? $0 : "" }
  }
}

extension [String] {
  /// This multiset less another.
  func removing(_ others: [String]) -> [String] {
    var counts: [String: Int] = [:]
    for other in others { counts[other, default: 0] += 1 }
    return filter { word in
      guard let count = counts[word], count > 0 else { return true }
      counts[word] = count - 1
      return false
    }
  }
}
