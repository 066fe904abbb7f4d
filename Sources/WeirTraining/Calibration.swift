internal import WeirClassifier
internal import WeirDomain
internal import WeirRisk

/// Fits temperature, gate, confidence and the isotonic curve to held-out predictions.
struct Calibration {
  let temperature: Float
  let heads: ConfidenceHeads
  /// The same predictions with a confidence that was fitted without each.
  let risk: ClassifierRisk?
  let figures: TrainedClassifier.Figures

  /// Strength of the regularization of both heads.
  private static let strength = 1.0

  /// The temperature stays 1: the heads see log-odds and raw logits and need no other one.
  init(_ judged: ClassifierTrainer.Judged, intents: Int, outOfScopeShare: Double?) {
    temperature = 1
    let features = ConfidenceFeature.allCases
    let rows = judged.features.map { row in features.map { Double(row[$0]) } }
    let (mean, scale) = Self.standard(rows)
    let z = rows.map { row in row.indices.map { (row[$0] - mean[$0]) / scale[$0] } }
    let half = Self.weights(judged.outOfScope, share: 0.5)
    let gate = LogisticRegression(
      rows: z, columns: features.count, targets: judged.outOfScope.map { $0 ? 1 : 0 }, rowWeights: half,
      strength: Self.strength)
    // Rows of networks that know fewer intents say nothing about how often the whole one is right, unless nothing else
    // is out of scope: then they stand for the strange prompts.
    let real = judged.outOfScope.indices.filter { judged.isOrdinary[$0] && judged.outOfScope[$0] }.count
    let used = judged.outOfScope.indices.filter {
      judged.isOrdinary[$0] || real < ClassifierTrainer.enoughOutOfScopeRows
    }
    let usedOut = used.map { judged.outOfScope[$0] }
    let ownShare = Double(real) / Double(max(judged.isOrdinary.count { $0 }, 1))
    let weights = Self.weights(usedOut, share: outOfScopeShare ?? max(ownShare, 0.1))
    let right = used.map { judged.right[$0] }
    let usedRows = used.map { z[$0] }
    let targets = right.map { $0 ? 1.0 : 0 }
    let confidence = LogisticRegression(
      rows: usedRows, columns: features.count, targets: targets, rowWeights: weights, strength: Self.strength)
    let scores = Self.crossFitted(usedRows, targets, weights)
    let curve = IsotonicCurve(scores: scores, right: right, weights: weights)
    let fitted = ConfidenceHeads(
      features: features, mean: mean.map { Float($0) }, scale: scale.map { Float($0) },
      confidence: Self.head(confidence), gate: Self.head(gate), x: curve.x, y: curve.y)
    heads = fitted
    risk = Self.risk(judged, used, scores.map { fitted.calibrated(Float($0)) }, outOfScopeShare)
    var figures = TrainedClassifier.Figures()
    let inScope = judged.outOfScope.indices.filter { !judged.outOfScope[$0] }
    figures.rows = judged.right.count
    figures.accuracy = Double(inScope.count { judged.right[$0] }) / Double(max(inScope.count, 1))
    figures.outOfScopeRows = judged.outOfScope.count { $0 }
    figures.hasStandIns = judged.isOrdinary.contains(false)
    figures.gateAUROC = RankStatistic.auroc(
      positives: judged.outOfScope.indices.filter { judged.outOfScope[$0] }.map { gate.score(z[$0]) },
      negatives: inScope.map { gate.score(z[$0]) })
    figures.highestConfidence = Double(curve.y.last ?? 0)
    self.figures = figures
  }

  /// The risk table of the rows `used`, whose scores come from regressions that were fitted without their fold.
  ///
  /// The isotonic curve has seen all of them; it never falls, so it changes no order, and a threshold accepts the same
  /// rows before it and behind it. With a share of prompts out of scope that is stated, or where others play them, as
  /// many rows of the kind that is too frequent are left out at random as make the share true.
  private static func risk(_ judged: ClassifierTrainer.Judged, _ used: [Int], _ scores: [Float], _ share: Double?)
    -> ClassifierRisk?
  {
    let rows = zip(used, scores).map { index, score in
      RiskTable.Row(
        score: score, isRight: judged.right[index], intent: judged.named[index], isInScope: !judged.outOfScope[index])
    }
    let hasStandIns = used.contains { !judged.isOrdinary[$0] }
    var random = SplitMix64(seed: 17)
    var inside = rows.filter(\.isInScope).shuffled(using: &random)
    var outside = rows.filter { !$0.isInScope }.shuffled(using: &random)
    if let share = share ?? (hasStandIns ? 0.1 : nil), !inside.isEmpty, !outside.isEmpty {
      let odds = share / (1 - share)
      outside = Array(outside.prefix(Int((Double(inside.count) * odds).rounded())))
      inside = Array(inside.prefix(Int((Double(outside.count) / odds).rounded())))
    }
    let kept = (inside + outside).shuffled(using: &random).prefix(ClassifierRisk.most)
    return kept.isEmpty ? nil : ClassifierRisk(table: RiskTable(Array(kept)), hasStandIns: hasStandIns)
  }

  private static func head(_ model: LogisticRegression) -> ConfidenceHeads.Head {
    ConfidenceHeads.Head(weights: model.weights.map { Float($0) }, bias: Float(model.bias))
  }

  /// Mean and deviation of each column; a column that never changes gets deviation 1.
  static func standard(_ rows: [[Double]]) -> (mean: [Double], scale: [Double]) {
    let count = Double(max(rows.count, 1))
    let width = rows.first?.count ?? 0
    let mean = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    let scale = (0..<width).map { column in
      (rows.reduce(0) { $0 + ($1[column] - mean[column]) * ($1[column] - mean[column]) } / count).squareRoot()
    }
    return (mean, scale.map { $0 > 1e-6 ? $0 : 1 })
  }

  /// Weights of mean 1 with which the out-of-scope rows make up `share` of the total.
  static func weights(_ outOfScope: [Bool], share: Double) -> [Double] {
    let count = Double(outOfScope.count)
    let out = Double(outOfScope.count { $0 })
    guard out > 0, out < count else { return outOfScope.map { _ in 1 } }
    return outOfScope.map { $0 ? share * count / out : (1 - share) * count / (count - out) }
  }

  /// The confidence of each row by a regression that was fitted without its fold.
  private static func crossFitted(_ rows: [[Double]], _ targets: [Double], _ weights: [Double]) -> [Double] {
    let folds = 5
    var scores = [Double](repeating: 0, count: rows.count)
    let assignment = Folds.stratified(targets.map { Int($0) }, folds: folds, seed: 3)
    for fold in 0..<folds {
      let kept = rows.indices.filter { assignment[$0] != fold }
      guard !kept.isEmpty else { continue }
      let model = LogisticRegression(
        rows: kept.map { rows[$0] }, columns: rows[0].count, targets: kept.map { targets[$0] },
        rowWeights: kept.map { weights[$0] }, strength: strength)
      for row in rows.indices where assignment[row] == fold { scores[row] = model.probability(rows[row]) }
    }
    return scores
  }
}

/// The share of pairs in which a positive scores above a negative.
enum RankStatistic {
  /// Nil where a side is empty; ties count one half.
  static func auroc(positives: [Double], negatives: [Double]) -> Double? {
    guard !positives.isEmpty, !negatives.isEmpty else { return nil }
    let all = (positives.map { ($0, true) } + negatives.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var sum = 0.0
    var start = 0
    while start < all.count {
      var end = start
      while end < all.count, all[end].0 == all[start].0 { end += 1 }
      let rank = Double(start + end + 1) / 2
      sum += rank * Double(all[start..<end].count { $0.1 })
      start = end
    }
    let count = Double(positives.count)
    return (sum - count * (count + 1) / 2) / (count * Double(negatives.count))
  }
}
