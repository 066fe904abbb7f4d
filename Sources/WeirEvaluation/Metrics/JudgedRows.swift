/// Judged examples with what the figures need ready: every figure is a function of the rows' weights, so that a resample
/// is the same computation with other weights.
struct JudgedRows: Sendable {
  let examples: [JudgedExample]
  let intents: Int
  let options: EvaluationOptions
  /// One a row: 1, or what gives the out-of-scope rows the share that was asked for.
  let weights: [Double]
  let isInScope: [Bool]
  private let isRight: [Bool]
  private let isOutOfScope: [Bool]
  private let byConfidence: TiedRanking
  private let byOutOfScope: TiedRanking

  init(_ examples: [JudgedExample], intents: Int, options: EvaluationOptions) {
    self.examples = examples
    self.intents = intents
    self.options = options
    isRight = examples.map(\.isRight)
    isInScope = examples.map { $0.expected != nil }
    isOutOfScope = isInScope.map { !$0 }
    byConfidence = TiedRanking(of: examples.map(\.confidence))
    byOutOfScope = TiedRanking(of: examples.map(\.outOfScope))
    var weight = 1.0
    let inside = Double(examples.count { $0.expected != nil })
    let outside = Double(examples.count) - inside
    if let share = options.outOfScopeShare, inside > 0, outside > 0 { weight = share / (1 - share) * inside / outside }
    weights = examples.map { $0.expected == nil ? weight : 1 }
  }

  func counts(_ weights: [Double]) -> IntentCounts { IntentCounts(intents: intents, examples, weights: weights) }

  /// Out-of-scope rows against in-scope rows by the gate's score.
  func gate(_ weights: [Double]) -> RankingFigures? {
    RankingFigures(byOutOfScope.groups(weights: weights, isPositive: isOutOfScope))
  }

  /// Rows of equal confidence; the positive ones are right, and an out-of-scope row never is.
  func confidenceGroups(_ weights: [Double]) -> [TiedRanking.Group] {
    byConfidence.groups(weights: weights, isPositive: isRight)
  }

  func inScope(_ weights: [Double]) -> [Double] { zip(weights, isInScope).map { $1 ? $0 : 0 } }

  /// The figures asked for; nil for those that the rows do not define.
  func values(_ figures: [Figure], weights: [Double]) -> [Double?] {
    let counts = figures.contains(.accuracy) || figures.contains(.macroF1) ? self.counts(weights) : nil
    let needsGate = !Set(figures).isDisjoint(with: [.auroc, .averagePrecision, .outOfScopeRecall])
    let gate = needsGate ? self.gate(weights) : nil
    let groups = confidenceGroups(weights)
    let risk = RiskCoverage(groups)
    return figures.map { figure in
      switch figure {
      case .accuracy: counts?.accuracy
      case .macroF1: counts?.macroF1
      case .auroc: gate?.areaUnderROC
      case .averagePrecision: gate?.averagePrecision
      case .outOfScopeRecall: gate.map { $0.point(atFalsePositiveRate: options.rejection)?.recall ?? 0 }
      case .calibrationError: groups.isEmpty ? nil : Calibration(equalWidth: options.bins, groups).error
      case .calibrationErrorByMass: groups.isEmpty ? nil : Calibration(equalMass: options.bins, groups).error
      case .calibrationErrorInScope: calibrationErrorInScope(weights)
      case .brierScore: groups.isEmpty ? nil : Calibration.brierScore(groups)
      case .riskCoverageArea: risk?.area
      case .coverageAt95: risk.map { $0.point(atAccuracy: 0.95)?.coverage ?? 0 }
      case .coverageAt98: risk.map { $0.point(atAccuracy: 0.98)?.coverage ?? 0 }
      case .coverageAt99: risk.map { $0.point(atAccuracy: 0.99)?.coverage ?? 0 }
      }
    }
  }

  private func calibrationErrorInScope(_ weights: [Double]) -> Double? {
    let groups = confidenceGroups(inScope(weights))
    return groups.isEmpty ? nil : Calibration(equalWidth: options.bins, groups).error
  }
}
