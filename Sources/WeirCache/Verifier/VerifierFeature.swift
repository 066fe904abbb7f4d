/// What the verifier weighs about a stored prompt that may answer the asked one; names stand in model files.
///
/// Similarities are cosines of sentence vectors. "Same" are the neighbours with the candidate's answer, "other" those
/// with another one. A neighbour that is missing counts as a similarity of 0.
package enum VerifierFeature: Int, Sendable, Hashable, CaseIterable {
  /// Similarity of the candidate, and of the next ones with the same answer.
  case nearest, same2, same3, same4
  /// Similarity of the nearest, second and fourth with another answer; of the last one where all agree.
  case other1, other2, other4
  /// `nearest` less `other1`.
  case margin
  /// Similarity of the second and of the sixteenth neighbour, whatever their answers.
  case second, last
  /// Share of the same answer among neighbours weighted by exp(T s).
  case vote10, vote20, vote40
  /// Logarithm of the odds of the same answer against all others and a background at similarity 0.5 or 0.7.
  case odds10far, odds10near, odds20far, odds20near, odds40far, odds40near
  /// Share of the neighbours, and of the four nearest, with the same answer; different answers per neighbour.
  case agreement, agreement4, variety
  /// Mean similarity of the candidate to its fellows, and that to the nearest with another answer.
  case cohesion, rival
  /// `nearest` less `rival`: whether the asked prompt is nearer to the candidate than any other answer's prompt is.
  case lead
  /// Kernel regression of "has the candidate's answer" on the neighbours, squared cosine: its value, the best other
  /// answer's, their difference, and how little the neighbours say about the place of the asked prompt.
  case broad, broadRival, broadLead, broadDoubt
  /// The same with the kernel exp(8 (s - 1)).
  case sharp, sharpRival, sharpLead, sharpDoubt
  /// Share of the asked prompt's content words that no neighbour with the same answer says, and that the candidate
  /// does not say; of the candidate's that the asked prompt does not say.
  case unsaidByFellows, unsaidByStored, unsaidByAsked
  /// Share of the asked prompt's content words that only neighbours with other answers say.
  case saidByOthers
  /// Content words of both over those of either.
  case sharedWords
  /// What the guard saw that forbids nothing: see `GuardReading`. 1 or 0; `waived` is a refusal that was taken back.
  case asksOtherwise, swapsEnds, replacesWord, addsWords, sameFrame, waived

  /// The name in model files and in what people read.
  package var name: String { "\(self)" }
}
