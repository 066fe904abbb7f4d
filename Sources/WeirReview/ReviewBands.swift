/// The two thresholds on calibrated confidence that part local answers into three bands.
///
/// At or above `accept` an answer stands; from `review` up to there it is given and kept for a person to label; below
/// `review` the request is escalated. Both follow from the operator's error budget.
package struct ReviewBands: Sendable, Hashable {
  package enum Band: String, Sendable, Hashable, CaseIterable {
    case accept
    case acceptAndReview = "accept_and_review"
    case escalate
  }

  /// 0...1, at least `review`.
  package let accept: Double
  /// 0...1.
  package let review: Double

  /// Nil unless 0 <= review <= accept <= 1.
  package init?(accept: Double, review: Double) {
    guard review >= 0, review <= accept, accept <= 1 else { return nil }
    self.accept = accept
    self.review = review
  }

  /// The band of a confidence; a missing one, or one that is not a number, escalates.
  package func band(of confidence: Double?) -> Band {
    guard let confidence, confidence >= review else { return .escalate }
    return confidence >= accept ? .accept : .acceptAndReview
  }
}
