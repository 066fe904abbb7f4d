import Testing

@testable import WeirEvaluation

@Suite struct IntervalTests {
  @Test func `Wilson's intervals are those of the tables`() throws {
    // Newcombe (1998), table I.
    for (successes, total, low, high) in [
      (81.0, 263.0, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
    ] {
      let interval = try #require(Interval(successes: successes, total: total))
      #expect((interval.low - low).magnitude < 5e-5 && (interval.high - high).magnitude < 5e-5)
    }
    #expect(Interval(successes: 0, total: 0) == nil)
  }

  @Test func `percentiles lie between their neighbours`() throws {
    let interval = try #require(Interval(percentilesOf: (0...1000).map(Double.init).shuffled()))
    #expect(interval.low == 25 && interval.high == 975)
    #expect(Interval(percentilesOf: [1, 2, 3]) == nil)
  }

  @Test func `a resample draws every row as often as chance has it`() async {
    let bootstrap = Bootstrap(rows: 50, resamples: 400, seed: 7, jobs: 3)
    let drawn = await bootstrap.run { $0.map { $0 } }
    #expect(drawn.allSatisfy { $0.compactMap { $0 }.reduce(0, +) == 50 })
    #expect(Set(drawn.map { "\($0)" }).count == 400)
    // 20 000 draws over 50 rows: 400 each, with a standard deviation of 20.
    for row in 0..<50 {
      let sum = drawn.reduce(0.0) { $0 + ($1[row] ?? 0) }
      #expect((300...500).contains(sum))
    }
  }

  @Test func `resamples depend on the seed and not on the threads`() async {
    let one = await Bootstrap(rows: 30, resamples: 50, seed: 1, jobs: 1).run { [$0[0]] }
    let four = await Bootstrap(rows: 30, resamples: 50, seed: 1, jobs: 4).run { [$0[0]] }
    let other = await Bootstrap(rows: 30, resamples: 50, seed: 2, jobs: 4).run { [$0[0]] }
    #expect(one == four && one != other)
  }

  @Test func `the bootstrap's interval of a share is close to Wilson's`() async throws {
    let examples = RandomJudgements().make(800, seed: 5)
    let rows = JudgedRows(examples, intents: 5, options: EvaluationOptions())
    let values = await Bootstrap(rows: 800, resamples: 600, seed: 1, jobs: 2).run {
      rows.values([.accuracy], weights: $0)
    }
    let found = try #require(Interval(percentilesOf: values.compactMap { $0[0] }))
    let total = Double(examples.count { $0.expected != nil })
    let wilson = try #require(Interval(successes: Double(examples.count(where: \.isRight)), total: total))
    #expect((found.low - wilson.low).magnitude < 0.012 && (found.high - wilson.high).magnitude < 0.012)
  }

  // MARK: Two bundles

  private func compared(_ first: [JudgedExample], _ second: [JudgedExample]) async -> PairedComparison {
    var options = EvaluationOptions()
    options.resamples = 300
    return await PairedComparison.make(
      JudgedRows(first, intents: 5, options: options), JudgedRows(second, intents: 5, options: options))
  }

  @Test func `a bundle does not differ from itself`() async {
    let examples = RandomJudgements().make(100, seed: 1)
    let comparison = await compared(examples, examples)
    #expect(comparison.lines.count == Figure.compared.count)
    #expect(comparison.lines.allSatisfy { $0.difference == 0 && $0.pValue == 1 })
    #expect(comparison.lines.allSatisfy { $0.interval?.low == 0 && $0.interval?.high == 0 })
    #expect(comparison.onlyFirstRight == 0 && comparison.onlySecondRight == 0)
  }

  @Test func `a better bundle is found out and an equal one is not`() async throws {
    let first = RandomJudgements().make(400, seed: 1)
    let worse = first.enumerated().map { index, row in
      JudgedExample(
        id: row.id, expected: row.expected, predicted: index % 5 == 0 ? (row.predicted + 1) % 5 : row.predicted,
        confidence: row.confidence, outOfScope: row.outOfScope)
    }
    let comparison = await compared(first, worse)
    let accuracy = try #require(comparison.lines.first { $0.figure == .accuracy })
    #expect(try #require(accuracy.difference) > 0.1)
    #expect(try #require(accuracy.pValue) < 0.02)
    #expect(try #require(accuracy.interval).low > 0)
    #expect(comparison.onlyFirstRight > comparison.onlySecondRight)
    let reverse = await compared(worse, first)
    #expect(reverse.lines.first { $0.figure == .accuracy }?.difference == accuracy.difference.map { -$0 })

    let swapped = first.enumerated().map { index, row in
      JudgedExample(
        id: row.id, expected: row.expected,
        predicted: row.isRight && index % 20 == 0
          ? (row.predicted + 1) % 5
          : !row.isRight && index % 6 == 0 ? row.expected ?? 0 : row.predicted,
        confidence: row.confidence, outOfScope: row.outOfScope)
    }
    let even = await compared(first, swapped)
    #expect(try #require(even.lines.first { $0.figure == .accuracy }?.pValue) > 0.05)
  }
}
