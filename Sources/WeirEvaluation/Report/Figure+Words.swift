internal import WeirDomain

extension Figure {
  /// What people read; `options` name the settings behind the figure.
  func title(_ options: EvaluationOptions) -> String {
    switch self {
    case .accuracy: "accuracy in scope"
    case .macroF1: "macro-F1"
    case .outOfScopeRecall: "recall, \((options.rejection * 100).short) % of in-scope rejected"
    case .auroc: "area under ROC (AUROC)"
    case .averagePrecision: "average precision (AUPR)"
    case .calibrationError: "ECE, \(options.bins) bins of equal width"
    case .calibrationErrorByMass: "ECE, \(options.bins) bins of equal mass"
    case .calibrationErrorInScope: "ECE in scope only, equal width"
    case .brierScore: "Brier score"
    case .riskCoverageArea: "area under risk-coverage (AURC)"
    case .coverageAt95: "coverage at 95 % accuracy"
    case .coverageAt98: "coverage at 98 % accuracy"
    case .coverageAt99: "coverage at 99 % accuracy"
    }
  }

  /// The heading that the figure stands under.
  var section: String {
    switch self {
    case .accuracy, .macroF1: "intents"
    case .outOfScopeRecall, .auroc, .averagePrecision: "out of scope"
    case .calibrationError, .calibrationErrorByMass, .calibrationErrorInScope, .brierScore: "calibration"
    case .riskCoverageArea, .coverageAt95, .coverageAt98, .coverageAt99: "selective answers"
    }
  }

  var isShare: Bool { self != .brierScore && self != .riskCoverageArea }

  /// A value of the figure without its unit.
  func digits(_ value: Double) -> String { isShare ? (value * 100).decimals(2) : value.decimals(4) }

  func words(_ value: Double) -> String { digits(value) + (isShare ? " %" : "") }

  func words(_ interval: Interval) -> String { "\(digits(interval.low)) to \(digits(interval.high))" }
}

extension Double {
  /// At most two decimals, without zeros at the end.
  var short: String {
    let text = decimals(2)
    let kept = text.reversed().drop { $0 == "0" }
    return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
  }

  /// A share in percent with one decimal.
  var percent: String { "\((self * 100).decimals(1)) %" }
}
