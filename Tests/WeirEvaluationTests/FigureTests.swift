import Testing
import WeirTestSupport

@testable import WeirEvaluation

@Suite struct FigureTests {
  private func values(_ rows: JudgedRows, weights: [Double]? = nil) -> [Figure: Double] {
    var values: [Figure: Double] = [:]
    for (figure, value) in zip(Figure.allCases, rows.values(Figure.allCases, weights: weights ?? rows.weights)) {
      values[figure] = value
    }
    return values
  }

  private func expectEqual(_ found: Double?, _ expected: Double, _ what: String, within tolerance: Double = 1e-9) throws
  {
    let found = try #require(found, "\(what)")
    #expect((found - expected).magnitude <= tolerance, "\(what): \(found), expected \(expected)")
  }

  @Test(arguments: 0..<40)
  func `every figure equals its definition`(seed: UInt64) throws {
    let levels = [1, 3, 8, 1000][Int(seed % 4)]
    let examples = RandomJudgements(levels: levels).make(60 + Int(seed), seed: seed)
    let naive = NaiveFigures(examples: examples, intents: 5)
    let rows = JudgedRows(examples, intents: 5, options: EvaluationOptions())
    let found = values(rows)
    try expectEqual(found[.accuracy], naive.accuracy, "accuracy")
    try expectEqual(found[.macroF1], naive.macroF1, "macro-F1")
    try expectEqual(found[.auroc], naive.auroc, "AUROC")
    try expectEqual(found[.averagePrecision], naive.averagePrecision, "average precision")
    try expectEqual(found[.outOfScopeRecall], naive.outOfScopeRecall(0.05), "out-of-scope recall")
    try expectEqual(found[.calibrationError], naive.calibrationError(15, of: examples), "ECE")
    let inside = examples.filter { $0.expected != nil }
    try expectEqual(found[.calibrationErrorInScope], naive.calibrationError(15, of: inside), "ECE in scope")
    try expectEqual(found[.brierScore], naive.brierScore, "Brier")
    try expectEqual(found[.coverageAt95], naive.coverage(0.95), "coverage at 95")
    try expectEqual(found[.coverageAt98], naive.coverage(0.98), "coverage at 98")
    try expectEqual(found[.coverageAt99], naive.coverage(0.99), "coverage at 99")
    try expectEqual(found[.riskCoverageArea], naive.riskCoverageArea(steps: 20_000), "AURC", within: 1e-4)
  }

  @Test(arguments: 0..<20)
  func `a row of weight three counts as three rows`(seed: UInt64) throws {
    let examples = RandomJudgements().make(40, seed: seed)
    var random = SeededRandom(seed: seed)
    let counts = examples.map { _ in Int.random(in: 0...3, using: &random) }
    let repeated = zip(examples, counts).flatMap { Array(repeating: $0, count: $1) }
    let options = EvaluationOptions()
    let weighted = values(JudgedRows(examples, intents: 5, options: options), weights: counts.map(Double.init))
    let plain = values(JudgedRows(repeated, intents: 5, options: options))
    #expect(weighted.keys == plain.keys)
    for (figure, value) in plain { try expectEqual(weighted[figure], value, figure.rawValue) }
  }

  @Test(arguments: 0..<20)
  func `no figure depends on the order of the rows`(seed: UInt64) throws {
    let examples = RandomJudgements(levels: 2).make(50, seed: seed)
    var random = SeededRandom(seed: seed)
    let options = EvaluationOptions()
    let one = values(JudgedRows(examples, intents: 5, options: options))
    let other = values(JudgedRows(examples.shuffled(using: &random), intents: 5, options: options))
    for (figure, value) in one { try expectEqual(other[figure], value, figure.rawValue) }
  }

  @Test func `a perfect and a hopeless classifier have the figures one knows`() {
    let perfect = (0..<20).map { number in
      JudgedExample(
        id: "\(number)", expected: number < 10 ? number % 2 : nil, predicted: number % 2,
        confidence: number < 10 ? 1 : 0,
        outOfScope: number < 10 ? 0 : 1)
    }
    let good = values(JudgedRows(perfect, intents: 2, options: EvaluationOptions()))
    for figure in Figure.allCases
    where figure.isBetterWhenHigher && ![.coverageAt95, .coverageAt98, .coverageAt99].contains(figure) {
      #expect(good[figure] == 1, "\(figure)")
    }
    #expect(good[.coverageAt99] == 0.5)
    #expect(good[.calibrationError] == 0 && good[.calibrationErrorByMass] == 0 && good[.brierScore] == 0)
    let hopeless = perfect.map { row in
      JudgedExample(
        id: row.id, expected: row.expected, predicted: 1 - row.predicted, confidence: 1, outOfScope: 1 - row.outOfScope)
    }
    let bad = values(JudgedRows(hopeless, intents: 2, options: EvaluationOptions()))
    #expect(bad[.accuracy] == 0 && bad[.macroF1] == 0 && bad[.auroc] == 0 && bad[.outOfScopeRecall] == 0)
    #expect(bad[.calibrationError] == 1 && bad[.brierScore] == 1 && bad[.riskCoverageArea] == 1)
    #expect(bad[.coverageAt95] == 0)
  }

  @Test func `figures that the rows do not define are left out`() {
    let inside = RandomJudgements().make(50, seed: 3).filter { $0.expected != nil }
    let found = values(JudgedRows(inside, intents: 5, options: EvaluationOptions()))
    #expect(found[.auroc] == nil && found[.outOfScopeRecall] == nil && found[.averagePrecision] == nil)
    #expect(found[.accuracy] != nil && found[.calibrationError] != nil)
    let outside = RandomJudgements().make(50, seed: 3).filter { $0.expected == nil }
    let other = values(JudgedRows(outside, intents: 5, options: EvaluationOptions()))
    #expect(other[.accuracy] == nil && other[.macroF1] == nil && other[.calibrationErrorInScope] == nil)
    #expect(other[.riskCoverageArea] == 1)
    #expect(values(JudgedRows([], intents: 5, options: EvaluationOptions())).isEmpty)
  }

  @Test func `out of scope takes the share of the weight that is asked for`() {
    let examples = RandomJudgements().make(200, seed: 9)
    var options = EvaluationOptions()
    options.outOfScopeShare = 0.25
    let rows = JudgedRows(examples, intents: 5, options: options)
    let outside = zip(rows.weights, rows.isInScope).reduce(0.0) { $0 + ($1.1 ? 0 : $1.0) }
    #expect((outside / rows.weights.reduce(0, +) - 0.25).magnitude < 1e-12)
    let plain = JudgedRows(examples, intents: 5, options: EvaluationOptions())
    #expect(values(rows)[.accuracy] == values(plain)[.accuracy])
    #expect(values(rows)[.brierScore] != values(plain)[.brierScore])
  }

  @Test func `bins of equal mass hold equal shares of different confidences`() {
    let rows = (0..<1500).map { number in
      JudgedExample(id: "\(number)", expected: 0, predicted: 0, confidence: Double(number) / 1500, outOfScope: 0)
    }
    let judged = JudgedRows(rows, intents: 1, options: EvaluationOptions())
    let bins = Calibration(equalMass: 15, judged.confidenceGroups(judged.weights)).bins
    #expect(bins.count == 15 && bins.allSatisfy { $0.weight == 100 })
    let same = rows.map { JudgedExample(id: $0.id, expected: 0, predicted: 0, confidence: 0.5, outOfScope: 0) }
    let one = JudgedRows(same, intents: 1, options: EvaluationOptions())
    let heavy = Calibration(equalMass: 15, one.confidenceGroups(one.weights))
    #expect(heavy.bins.count == 1 && heavy.error == 0.5)
  }

  @Test func `latencies are nearest ranks`() throws {
    let figures = try #require(LatencyFigures((1...200).map(Int64.init).shuffled()))
    #expect(figures.median == 100 && figures.p95 == 190 && figures.p99 == 198)
    #expect(LatencyFigures([7]).map { [$0.median, $0.p95, $0.p99] } == [7, 7, 7])
    #expect(LatencyFigures([]) == nil)
  }
}
