internal import WeirCache
internal import WeirDomain
internal import WeirEncoder

/// Whether two answers to one prompt say the same.
enum AnswerAgreement {
  enum Verdict: Equatable {
    case agree(similarity: Double)
    /// What differs, without any of the text.
    case differ(String)
  }

  /// Answers whose vectors are less alike do not agree.
  static let leastSimilarity = 0.85
  /// Vectors of shorter answers say little ("yes" is close to "no"): these must be the same but for case and marks.
  private static let fewWords = 4

  /// `likeness` is the cosine of two texts, asked only where words and numbers do not decide.
  static func verdict(
    _ left: String, _ right: String, format: AnswerFormat, likeness: (String, String) -> Double
  ) -> Verdict {
    if CachedAnswer.areAlike(left, right) { return .agree(similarity: 1) }
    if format != .text {
      let (one, other) = (try? JSONReader.read(Array(left.utf8)), try? JSONReader.read(Array(right.utf8)))
      guard one != nil || other != nil else { return .differ("their texts differ") }
      return one == other ? .agree(similarity: 1) : .differ("their values differ")
    }
    let (ours, theirs) = (RuleText.words(of: left), RuleText.words(of: right))
    if ours == theirs { return .agree(similarity: 1) }
    if ours.count < fewWords || theirs.count < fewWords { return .differ("short answers with other words") }
    // Two answers may name more or less and order it otherwise; numbers, literals and negations must be the same.
    let refusal = SimilarityGuard.hardRefusal(asked: left, stored: right)
    if let refusal, [.numbers, .negation, .polarity, .literals, .language].contains(refusal) {
      return .differ(refusal.text)
    }
    let similarity = likeness(left, right)
    guard similarity >= leastSimilarity else {
      return .differ("similarity \(similarity.decimals(3)), at least \(leastSimilarity.decimals(3)) is asked")
    }
    return .agree(similarity: similarity)
  }

  static func likeness(_ encoder: Encoder) -> @Sendable (String, String) -> Double {
    { left, right in
      zip(encoder.embed(left).values, encoder.embed(right).values).reduce(0) { $0 + Double($1.0 * $1.1) }
    }
  }
}
