/// Says how likely it is that a stored answer serves an asked prompt, and how likely it has to be.
package struct HitVerifier: Sendable {
  /// What one network knows and how far it can be trusted.
  struct Part: Sendable {
    var network: VerifierNetwork
    var calibration: HitCalibration
  }

  /// Which features the probability comes from.
  package enum Basis: String, Sendable, Hashable {
    /// Trained on vectors of the encoder that runs.
    case matched
    /// The encoder is another one than the verifier was trained with: only what holds for any encoder is weighed.
    case general
  }

  package let basis: Basis
  private let part: Part

  init(matched: Part, general: Part, isMatched: Bool) {
    basis = isMatched ? .matched : .general
    part = isMatched ? matched : general
  }

  init(part: Part, basis: Basis) {
    self.part = part
    self.basis = basis
  }

  /// One that finds everything as likely as not and has no evidence: it serves nothing and says what it saw.
  package static let undecided = HitVerifier(
    part: Part(
      network: VerifierNetwork(
        features: [], mean: [], scale: [], hidden: [], hiddenBias: [], output: [], outputBias: 0),
      calibration: HitCalibration(families: [])),
    basis: .general)

  package var calibration: HitCalibration { part.calibration }

  func probability(_ features: [Float]) -> Double { part.network.probability(features) }

  package func threshold(budget: Double) -> HitCalibration.Threshold { part.calibration.threshold(budget: budget) }
}
