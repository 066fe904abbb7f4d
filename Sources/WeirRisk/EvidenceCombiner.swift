/// One calibrated number from all that is known after an answer was written: a logistic regression over the parts, fitted
/// to answers that people or audits labelled.
package struct EvidenceCombiner: Sendable, Equatable, Codable {
  /// A labelled answer.
  package struct Label: Sendable, Equatable {
    package var evidence: AnswerEvidence
    package var isRight: Bool
    /// Answers that it stands for: the inverse of the probability that it was drawn with; above 0.
    package var weight: Double

    package init(evidence: AnswerEvidence, isRight: Bool, weight: Double = 1) {
      self.evidence = evidence
      self.isRight = isRight
      self.weight = weight
    }
  }

  private let weights: [Double]
  private let bias: Double

  /// Fewer labels, or fewer than ten of a kind, fit nothing.
  package static let fewest = 100
  private static let fewestOfAKind = 10
  private static let strength = 1.0

  /// Nil where the labels are too few: then `AnswerEvidence.leastProbability` is what there is.
  package init?(_ labels: [Label]) {
    precondition(labels.allSatisfy { $0.weight > 0 && $0.weight.isFinite }, "a label stands for some answers")
    let right = labels.count { $0.isRight }
    guard labels.count >= Self.fewest, min(right, labels.count - right) >= Self.fewestOfAKind else { return nil }
    let total = labels.reduce(0) { $0 + $1.weight }
    let rows = labels.map(\.evidence.features)
    let model = LogisticRegression(
      rows: rows, columns: rows[0].count, targets: labels.map { $0.isRight ? 1 : 0 },
      rowWeights: labels.map { $0.weight * Double(labels.count) / total }, strength: Self.strength)
    (weights, bias) = (model.weights, model.bias)
  }

  /// Calibrated chance, 0 to 1, that the answer is acceptable.
  package func probability(_ evidence: AnswerEvidence) -> Double {
    Exponential.sigmoid(zip(weights, evidence.features).reduce(bias) { $0 + $1.0 * $1.1 })
  }
}
