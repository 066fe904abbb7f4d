/// The figures of an evaluation that are one number, 0 to 1.
package enum Figure: String, Sendable, CaseIterable {
  case accuracy
  case macroF1 = "macro_f1"
  case outOfScopeRecall = "out_of_scope_recall"
  case auroc = "out_of_scope_auroc"
  case averagePrecision = "out_of_scope_average_precision"
  case calibrationError = "ece_equal_width"
  case calibrationErrorByMass = "ece_equal_mass"
  case calibrationErrorInScope = "ece_in_scope"
  case brierScore = "brier_score"
  case riskCoverageArea = "risk_coverage_area"
  case coverageAt95 = "coverage_at_95"
  case coverageAt98 = "coverage_at_98"
  case coverageAt99 = "coverage_at_99"

  package var isBetterWhenHigher: Bool {
    switch self {
    case .calibrationError, .calibrationErrorByMass, .calibrationErrorInScope, .brierScore, .riskCoverageArea: false
    default: true
    }
  }

  /// The figures by which two bundles are compared.
  package static let compared: [Figure] = [
    .accuracy, .macroF1, .auroc, .outOfScopeRecall, .calibrationError, .coverageAt98,
  ]
}
