extension EvaluationReport {
  /// Computes the report; `examples` hold indices into `subject.intents`.
  ///
  /// `compared` gives the same examples, in the same order, as another bundle judged them: then the comparison of the
  /// two comes with the report.
  package static func make(
    _ subject: Subject, _ examples: [JudgedExample], unknown: [UnknownIntent] = [],
    options: EvaluationOptions = .init(),
    comparedWith other: (subject: Subject, examples: [JudgedExample])? = nil
  ) async -> (report: EvaluationReport, comparison: PairedComparison?) {
    let rows = JudgedRows(examples, intents: subject.intents.count, options: options)
    let report = await EvaluationReport(subject, rows, unknown)
    guard let other else { return (report, nil) }
    let others = JudgedRows(other.examples, intents: other.subject.intents.count, options: options)
    return (report, await PairedComparison.make(rows, others))
  }

  private init(_ subject: Subject, _ judged: JudgedRows, _ unknown: [UnknownIntent]) async {
    let weights = judged.weights
    let groups = judged.confidenceGroups(weights)
    let risk = RiskCoverage(groups)
    self.subject = subject
    self.unknown = unknown
    options = judged.options
    rows = judged.examples.count
    inScope = judged.isInScope.count { $0 }
    figures = await Self.figures(judged)
    gate = Self.gate(judged)
    intents = Self.intents(subject.intents, judged.counts(weights))
    confusions = Self.confusions(subject.intents, judged, gate: gate)
    bins = Self.bins(Calibration(equalWidth: judged.options.bins, groups))
    binsByMass = Self.bins(Calibration(equalMass: judged.options.bins, groups))
    riskCurve = Self.thinned(risk?.points.map { CurvePoint(x: $0.coverage, y: $0.risk) } ?? [])
    selective = [0.95, 0.98, 0.99].map { target in
      let point = risk?.point(atAccuracy: target)
      return SelectiveLine(
        target: target, coverage: point?.coverage, threshold: point?.threshold,
        accuracyAtCoverage: risk?.point(atCoverage: target)?.accuracy)
    }
    histogram = Self.histogram(judged.examples)
    encode = LatencyFigures(judged.examples.map(\.encodeNanoseconds))
    classify = LatencyFigures(judged.examples.map(\.classifyNanoseconds))
  }

  /// Accuracy has Wilson's interval, the others the bootstrap's percentiles.
  private static func figures(_ judged: JudgedRows) async -> [FigureLine] {
    let weights = judged.weights
    let options = judged.options
    let bootstrap = Bootstrap(
      rows: judged.examples.count, resamples: options.resamples, seed: options.seed, jobs: options.jobs)
    let resampled = await bootstrap.run { counts in
      judged.values(Figure.allCases, weights: zip(counts, weights).map { $0 * $1 })
    }
    let values = judged.values(Figure.allCases, weights: weights)
    let total = Double(judged.isInScope.count { $0 })
    return Figure.allCases.enumerated().compactMap { index, figure in
      guard let value = values[index] else { return nil }
      let interval =
        figure == .accuracy
        ? Interval(successes: value * total, total: total)
        : Interval(percentilesOf: resampled.compactMap { $0[index] })
      return FigureLine(figure: figure, value: value, interval: interval)
    }
  }

  private static func gate(_ judged: JudgedRows) -> Gate? {
    guard let ranking = judged.gate(judged.weights) else { return nil }
    let point = ranking.point(atFalsePositiveRate: judged.options.rejection)
    let curve = ranking.points.map { CurvePoint(x: $0.falsePositiveRate, y: $0.recall) }
    return Gate(
      threshold: point?.value ?? 1.0.nextUp, rejectedInScope: point?.falsePositiveRate ?? 0, recall: point?.recall ?? 0,
      curve: thinned([CurvePoint(x: 0, y: 0)] + curve))
  }

  private static func intents(_ names: [String], _ counts: IntentCounts) -> [IntentLine] {
    names.enumerated().map { index, name in
      IntentLine(
        name: name, support: Int(counts.support[index]), precision: counts.precision(index),
        recall: counts.recall(index),
        recallInterval: Interval(successes: counts.right[index], total: counts.support[index]), f1: counts.f1(index))
    }
  }

  private static func confusions(_ names: [String], _ judged: JudgedRows, gate: Gate?) -> [Confusion] {
    struct Pair: Hashable {
      let expected: Int?
      let predicted: Int
    }
    var members: [Pair: [Int]] = [:]
    var supports: [Int?: Int] = [:]
    for (row, example) in judged.examples.enumerated() {
      supports[example.expected, default: 0] += 1
      if example.isRight { continue }
      if example.expected == nil, example.outOfScope >= gate?.threshold ?? 1.0.nextUp { continue }
      members[Pair(expected: example.expected, predicted: example.predicted), default: []].append(row)
    }
    let confusions = members.map { pair, rows in
      let worst = rows.map { judged.examples[$0] }.sorted { ($1.confidence, $0.id) < ($0.confidence, $1.id) }
      return Confusion(
        expected: pair.expected.map { names[$0] } ?? LabelledExample.outOfScope, predicted: names[pair.predicted],
        count: rows.count, share: Double(rows.count) / Double(supports[pair.expected] ?? 1),
        rows: worst.prefix(judged.options.idsOfConfusion).map {
          Confusion.Row(id: $0.id, text: $0.text, confidence: $0.confidence)
        })
    }
    return confusions.sorted { ($1.count, $0.expected, $0.predicted) < ($0.count, $1.expected, $1.predicted) }
  }

  private static func bins(_ calibration: Calibration) -> [CalibrationBin] {
    let total = calibration.bins.reduce(0) { $0 + $1.weight }
    return calibration.bins.map {
      CalibrationBin(
        low: $0.range.lowerBound, high: $0.range.upperBound, share: $0.weight / total, confidence: $0.confidence,
        accuracy: $0.accuracy)
    }
  }

  private static func histogram(_ examples: [JudgedExample]) -> [HistogramBin] {
    var bins = [HistogramBin](repeating: HistogramBin(), count: 20)
    for example in examples {
      let index = min(max(Int(example.confidence * 20), 0), 19)
      if example.expected == nil {
        bins[index].outOfScope += 1
      } else if example.isRight {
        bins[index].right += 1
      } else {
        bins[index].wrong += 1
      }
    }
    return bins
  }

  /// At most about 400 points of a curve: those that lie at least a 400th of the axes' lengths from the one before, and the
  /// last one.
  static func thinned(_ curve: [CurvePoint]) -> [CurvePoint] {
    var kept: [CurvePoint] = []
    for point in curve {
      guard let last = kept.last else {
        kept.append(point)
        continue
      }
      if (point.x - last.x).magnitude + (point.y - last.y).magnitude >= 1.0 / 200 { kept.append(point) }
    }
    if let last = curve.last, kept.last != last { kept.append(last) }
    return kept
  }
}
