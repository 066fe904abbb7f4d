internal import Glibc
internal import WeirRisk

/// Labelled decisions of the verifier on data that it was not fitted on, by kind of data, and the thresholds that follow.
///
/// All kinds together have to prove the budget: "more than `budget` of what is served is wrong" is tested from the
/// highest probability down with the exact binomial bound (Clopper and Pearson, 1934), up to the first step where it
/// cannot be rejected; in a fixed sequence every step keeps the whole confidence (Learn then Test, Angelopoulos et
/// al., 2021). Besides, no kind may break the budget by its own best estimate, so that an easy one does not pay for a
/// hard one.
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

  /// Chance that the bound of all kinds together does not hold.
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

  /// The highest of the thresholds of all kinds together and of each.
  package func threshold(budget: Double) -> Threshold {
    let merged = families.flatMap { zip($0.probabilities, $0.wasRight) }.sorted { $0.0 > $1.0 }
    let all = Family(name: "all", probabilities: merged.map(\.0), wasRight: merged.map(\.1))
    var strictest = Threshold(probability: 0, family: all.name, pairs: merged.count)
    let found =
      [(all.name, HitCalibration.proven(all, budget: budget, risk: HitCalibration.risk))]
      + families.map { ($0.name, HitCalibration.estimated($0, budget: budget)) }
    for (name, probability) in found {
      guard let probability else { return Threshold(probability: nil, family: name, pairs: merged.count) }
      if probability > strictest.probability ?? 1 { (strictest.probability, strictest.family) = (probability, name) }
    }
    return strictest
  }

  /// The longest prefix whose wrong share is as likely above the budget as below it, at most.
  static func estimated(_ family: Family, budget: Double) -> Double? {
    var wrong = 0
    var accepted: Double?
    for (place, wasRight) in family.wasRight.enumerated() {
      if !wasRight { wrong += 1 }
      // Only where a wrong one follows, or nothing, can a prefix be the longest.
      let isLast = place + 1 == family.wasRight.count
      guard isLast || !family.wasRight[place + 1], Double(wrong) <= budget * Double(place + 1) else { continue }
      if BinomialBound.upper(wrong: wrong, of: place + 1, risk: 0.5) <= budget {
        accepted = family.probabilities[place]
      }
    }
    return accepted
  }

  /// Nil where no prefix of the family is long enough, or good enough, to prove the budget.
  static func proven(_ family: Family, budget: Double, risk: Double) -> Double? {
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
