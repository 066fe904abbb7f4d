import Glibc
import Testing
import WeirDomain

@testable import WeirRisk

@Suite struct RiskTableTests {
  /// Rows whose chance of being wrong rises as the score falls: `floor` at the top, about one half at the bottom.
  private func rows(_ count: Int, floor: Double = 0.001, _ random: inout SplitMix64) -> [RiskTable.Row] {
    (0..<count).map { _ in
      let place = random.nextUnit()
      let chance = floor + 0.5 * pow(place, 6)
      return RiskTable.Row(score: Float(1 - place), isRight: random.nextUnit() >= chance)
    }
  }

  /// How often the promise is broken among the other part of a pool that is split at random, and the mean coverage.
  private func splits(
    _ count: Int, _ promise: ErrorPromise, pool: Int, calibration: Int, seed: UInt64
  ) -> (broken: Double, coverage: Double) {
    var random = SplitMix64(seed: seed)
    var (broken, coverage) = (0, 0.0)
    for _ in 0..<count {
      // A new pool each time: what is promised holds for every one of them.
      let all = rows(pool, &random)
      let found = RiskTable(Array(all[..<calibration])).threshold(promise)
      guard let found else { continue }
      let given = all[calibration...].filter { Double($0.score) >= found.threshold }
      if Double(given.count { !$0.isRight }) > promise.budget * Double(given.count) { broken += 1 }
      coverage += Double(given.count) / Double(pool - calibration)
    }
    return (Double(broken) / Double(count), coverage / Double(count))
  }

  @Test func `a promise over a horizon is broken among as many requests in no more than delta of the splits`() {
    let promise = ErrorPromise(budget: 0.02, delta: 0.1, horizon: 1000)
    let found = splits(300, promise, pool: 2000, calibration: 1000, seed: 5)
    // Three standard deviations of 300 draws above the promise.
    #expect(found.broken <= 0.1 + 0.052)
    #expect(found.coverage > 0.3)
  }

  @Test func `a bound of the long run alone is broken too often among few requests, and holds over many`() {
    let promise = ErrorPromise(budget: 0.02, delta: 0.1)
    let finite = ErrorPromise(budget: 0.02, delta: 0.1, horizon: 1000)
    let broken = [promise, finite].map { splits(300, $0, pool: 2000, calibration: 1000, seed: 6).broken }
    #expect(broken[0] > 0.1 && broken[0] > 1.5 * broken[1])
    #expect(splits(60, promise, pool: 21_000, calibration: 1000, seed: 7).broken <= 0.1 + 0.117)
  }

  @Test func `a threshold is the laxest of a sequence of tests, counted anew`() {
    var random = SplitMix64(seed: 8)
    for (budget, floor) in [(0.01, 0.001), (0.05, 0.001), (0.05, 0.04), (0.2, 0.3)] {
      for horizon in [nil, 500, 5000] {
        let promise = ErrorPromise(budget: budget, delta: 0.1, horizon: horizon)
        let table = RiskTable(rows(1500, floor: floor, &random))
        func isProved(_ accepted: Int, _ delta: Double) -> Bool {
          let wrong = table.rows[..<accepted].count { !$0.isRight }
          return promise.chance(wrong: wrong, accepted: accepted, rows: 1500) <= delta
        }
        /// The last number of a run of proofs that begins at `start`.
        func run(_ start: Int, _ end: Int, _ delta: Double) -> Int? {
          (start..<end).prefix { isProved($0, delta) }.last
        }
        let start = (1...1500).first { promise.chance(wrong: 3, accepted: $0, rows: 1500) <= 0.015 } ?? .max
        var expected: Int?
        if start < 750 {
          let early = run(start, 750, 0.015)
          expected = run(750, 1501, early == 749 ? 0.1 : 0.085) ?? early
        } else {
          expected = run(750, 1501, 0.1)
        }
        #expect(table.threshold(promise)?.accepted == expected, "budget \(budget), horizon \(horizon ?? 0)")
      }
    }
  }

  @Test func `rows of one score stand or fall together, and their order says nothing`() throws {
    var random = SplitMix64(seed: 9)
    let coarse = rows(2000, &random).map {
      RiskTable.Row(score: ($0.score * 20).rounded() / 20, isRight: $0.isRight)
    }
    let found = try #require(RiskTable(coarse).threshold(budget: 0.05))
    #expect(found.accepted == coarse.count { Double($0.score) >= found.threshold })
    #expect(RiskTable(coarse.shuffled(using: &random)).threshold(budget: 0.05) == found)
    #expect(found.bound <= 0.05)
    #expect(found.wrong == coarse.count { Double($0.score) >= found.threshold && !$0.isRight })
  }

  @Test func `too few rows prove nothing, and all right ones everything`() throws {
    func right(_ count: Int) -> RiskTable {
      RiskTable((0..<count).map { RiskTable.Row(score: Float($0) / Float(count), isRight: true) })
    }
    // ln 0.1 / ln 0.98 is 113.97.
    #expect(right(113).threshold(budget: 0.02) == nil)
    #expect(right(114).threshold(budget: 0.02)?.coverage == 1)
    #expect(RiskTable([]).threshold(budget: 0.02) == nil)
    #expect(
      RiskTable(right(5000).rows.map { RiskTable.Row(score: $0.score, isRight: false) }).threshold(budget: 0.02) == nil)
    // A horizon asks for more rows, the more the shorter it is.
    let needs = [nil, 100_000, 2000, 300].map {
      ErrorPromise(budget: 0.02, delta: 0.1, horizon: $0).fewest(wrong: 0, rows: 2000) ?? .max
    }
    #expect(needs == needs.sorted() && needs[0] == 114 && needs[3] > 150)
  }

  @Test func `a group with rows enough has a threshold of its own and leaves the pool`() throws {
    var random = SplitMix64(seed: 10)
    let good = rows(3000, floor: 0, &random).map { RiskTable.Row(score: $0.score, isRight: $0.isRight, intent: 1) }
    let bad = rows(3000, floor: 0.3, &random).map { RiskTable.Row(score: $0.score, isRight: $0.isRight, intent: 2) }
    let few = rows(50, &random).map { RiskTable.Row(score: $0.score, isRight: $0.isRight, intent: 3) }
    let rest = rows(3000, &random)
    let promise = ErrorPromise(budget: 0.05, delta: 0.1)
    let found = RiskTable(good + bad + few + rest).thresholds(
      [1: promise, 2: promise, 3: promise], pooled: promise, group: \.intent)
    #expect(Set(found.own.keys) == [1])
    #expect(found.closed == [2] && found.threshold(of: 2) == nil)
    #expect(found.threshold(of: 3) == found.pooled && found.threshold(of: 0) == found.pooled)
    #expect(found.pooled == RiskTable(few + rest).threshold(budget: 0.05, delta: 0.1 / 3))
    #expect(found.own[1] == RiskTable(good).threshold(budget: 0.05, delta: 0.1 / 3))
  }
}
