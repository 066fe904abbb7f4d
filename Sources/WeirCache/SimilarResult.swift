internal import WeirDomain

/// What the semantic tier found, for the answer and for the trace.
package struct SimilarResult: Sendable, Hashable {
  /// A neighbour that the guard turned down.
  package struct Refusal: Sendable, Hashable {
    package var similarity: Float
    package var reason: GuardRefusal

    package init(similarity: Float, reason: GuardRefusal) {
      self.similarity = similarity
      self.reason = reason
    }
  }

  /// The neighbour that the verifier looked at.
  package struct Candidate: Sendable, Hashable {
    /// The entry's id.
    package var id: Int64
    package var similarity: Float
    /// That its answer serves the asked prompt, 0...1.
    package var probability: Double
    /// What it had to be; nil where the evidence is too thin for the operator's budget.
    package var threshold: Double?
    package var basis: HitVerifier.Basis
    /// Judged hits of this entry.
    package var confirmed: Int
    package var refuted: Int
    /// In the order of `VerifierFeature.allCases`.
    package var features: [Float]
    package var isServed = false

    /// What was decided, for people; holds no text of either prompt.
    package func sentence(budget: Double) -> String {
      let share = "\((budget * 100).decimals(budget < 0.001 ? 3 : budget < 0.01 ? 1 : 0)) %"
      var text = "its answer serves with probability \(probability.decimals(4)), "
      if let threshold {
        text += "\(isLikelyEnough ? "at least" : "below") the \(threshold.decimals(4)) that a budget of \(share) needs"
      } else {
        text += "and no probability is proven to keep a budget of \(share): allow more, or serve equal prompts only"
      }
      if confirmed + refuted > 0 { text += "; judged before: \(confirmed) right, \(refuted) wrong" }
      if basis == .general { text += "; the verifier was trained with another encoder" }
      return text
    }

    package var isLikelyEnough: Bool { threshold.map { probability >= $0 } ?? false }
  }

  package var hit: CacheHit?
  /// Similarity of the nearest live neighbour, below the threshold or not; nil where the partition is empty.
  package var nearest: Float?
  /// Neighbours above the threshold that were refused, nearest first.
  package var refusals: [Refusal] = []
  /// The nearest neighbour that was not refused; nil where no verifier was asked.
  package var candidate: Candidate?

  package init() {}
}
