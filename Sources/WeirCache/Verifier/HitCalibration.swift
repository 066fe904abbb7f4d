internal import Glibc

/// Labelled decisions of the verifier on data that it was not trained on, by kind of data, and the thresholds that
/// follow from them.
///
/// A threshold is found by testing "more than `budget` of what is served is wrong" from the highest probability down,
/// with the exact binomial bound (Clopper and Pearson, 1934), and stopping at the first step where it cannot be
/// rejected: in a fixed sequence every step keeps the whole confidence (Learn then Test, Angelopoulos et al., 2021).
/// Every kind of data has to pass by itself, so that an easy one does not pay for a hard one.
package struct HitCalibration: Sendable, Equatable {
  /// One kind of data.
  package struct Family: Sendable, Equatable {
    package var name: String
    /// Probabilities, falling, each with whether the answer was right.
    package var probabilities: [Double]
    package var wasRight: [Bool]

    package init(name: String, probabilities: [Double], wasRight: [Bool]) {
      precondition(probabilities.count == wasRight.count, "each probability has its outcome")
      self.name = name
      self.probabilities = probabilities
      self.wasRight = wasRight
    }
  }

  package var families: [Family]

  package init(families: [Family]) { self.families = families }

  /// Chance that a family's bound does not hold.
  package static let risk = 0.1

  /// What an operator's budget asks for.
  package struct Threshold: Sendable, Equatable {
    /// The least probability that is served; nil where the evidence is too thin for the budget: then nothing is.
    package var probability: Double?
    /// The kind of data that asks for most, or has too little.
    package var family: String
    /// Decisions of all families.
    package var pairs: Int
  }

  /// The highest of the families' thresholds.
  package func threshold(budget: Double) -> Threshold {
    let pairs = families.reduce(0) { $0 + $1.probabilities.count }
    var strictest = Threshold(probability: families.isEmpty ? nil : 0, family: "", pairs: pairs)
    for family in families {
      guard let probability = HitCalibration.threshold(family, budget: budget, risk: HitCalibration.risk) else {
        return Threshold(probability: nil, family: family.name, pairs: pairs)
      }
      if probability > strictest.probability ?? 0 || strictest.family.isEmpty {
        strictest = Threshold(probability: probability, family: family.name, pairs: pairs)
      }
    }
    return strictest
  }

  /// Nil where no prefix of the family is long enough, or good enough, to prove the budget.
  static func threshold(_ family: Family, budget: Double, risk: Double) -> Double? {
    // The first length at which faultless decisions would prove it: known before any outcome is looked at.
    guard budget > 0, budget < 1 else { return budget >= 1 ? 0 : nil }
    let first = Int((log(risk) / log1p(-budget)).rounded(.up))
    // Steps of a tenth: finer ones would test the same decisions again and again.
    var accepted: Double?
    var served = first
    while served <= family.probabilities.count {
      let wrong = family.wasRight.prefix(served).count(where: { !$0 })
      guard BinomialBound.upper(wrong: wrong, of: served, risk: risk) <= budget else { break }
      accepted = family.probabilities[served - 1]
      served = max(served + 1, served * 11 / 10)
    }
    return accepted
  }
}
