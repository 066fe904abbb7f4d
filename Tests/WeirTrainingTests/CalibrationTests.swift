import Testing
import WeirDomain

@testable import WeirRisk
@testable import WeirTraining

@Suite struct CalibrationTests {
  @Test func `a logistic regression's slope vanishes at its minimum`() {
    var random = SplitMix64(seed: 3)
    let rows = (0..<80).map { _ in (0..<4).map { _ in random.nextUnit() * 2 - 1 } }
    let targets = rows.map { $0[0] + 0.3 * $0[1] + random.nextUnit() * 0.8 > 0.4 ? 1.0 : 0.2 }
    let weights = rows.map { _ in random.nextUnit() + 0.1 }
    let model = LogisticRegression(
      rows: rows, columns: 4, targets: targets, rowWeights: weights, strength: 0.7)
    func loss(_ model: LogisticRegression) -> Double {
      LogisticRegression.loss(model, rows, targets, weights, 0.7)
    }
    for index in 0...4 {
      var (above, below) = (model, model)
      if index < 4 {
        above.weights[index] += 1e-4
        below.weights[index] -= 1e-4
      } else {
        above.bias += 1e-4
        below.bias -= 1e-4
      }
      #expect(abs(loss(above) - loss(below)) / 2e-4 < 1e-4)
      #expect(loss(above) >= loss(model) && loss(below) >= loss(model))
    }
  }

  @Test func `a symmetric system is solved, an indefinite one refused`() throws {
    var random = SplitMix64(seed: 8)
    for size in 1...12 {
      let root = (0..<(size * size)).map { _ in random.nextUnit() - 0.5 }
      var matrix = [Double](repeating: 0, count: size * size)
      for i in 0..<size {
        for j in 0..<size {
          matrix[i * size + j] = (0..<size).reduce(i == j ? 0.1 : 0) { $0 + root[i * size + $1] * root[j * size + $1] }
        }
      }
      let right = (0..<size).map { _ in random.nextUnit() }
      let x = try #require(SymmetricSystem.solve(matrix, right))
      for i in 0..<size {
        #expect(abs((0..<size).reduce(0) { $0 + matrix[i * size + $1] * x[$1] } - right[i]) < 1e-8)
      }
    }
    #expect(SymmetricSystem.solve([1, 2, 2, 1], [1, 1]) == nil)
  }

  @Test func `twenty right predictions claim no more than Laplace's rule`() throws {
    let curve = IsotonicCurve(
      scores: (0..<20).map { 0.9 + Double($0) / 1000 }, right: Array(repeating: true, count: 20),
      weights: Array(repeating: 1, count: 20))
    let highest = try #require(curve.y.last)
    #expect(highest <= 21.0 / 22 + 1e-6)
  }

  @Test func `curves rise, stay within 0 and 1, and follow the truth where there is evidence`() {
    for seed in 0..<12 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let count = 1 + random.nextIndex(3000)
      let scores = (0..<count).map { _ in (random.nextUnit() * 50).rounded() / 50 }
      let right = scores.map { random.nextUnit() < $0 * $0 }
      let curve = IsotonicCurve(scores: scores, right: right, weights: scores.map { _ in 1 })
      #expect(zip(curve.x, curve.x.dropFirst()).allSatisfy { $0 < $1 })
      #expect(zip(curve.y, curve.y.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(!curve.x.isEmpty && (curve.x + curve.y).allSatisfy { (0...1).contains($0) })
      guard count > 1500 else { continue }
      for (x, y) in zip(curve.x, curve.y) { #expect(abs(y - x * x) < 0.15) }
    }
  }

  @Test func `the rank statistic counts pairs`() {
    var random = SplitMix64(seed: 6)
    for _ in 0..<20 {
      let a = (0..<(1 + random.nextIndex(20))).map { _ in Double(random.nextIndex(6)) }
      let b = (0..<(1 + random.nextIndex(20))).map { _ in Double(random.nextIndex(6)) }
      let pairs = a.flatMap { x in b.map { x > $0 ? 1 : x == $0 ? 0.5 : 0 } }
      let wanted = pairs.reduce(0, +) / Double(pairs.count)
      let found = RankStatistic.auroc(positives: a, negatives: b) ?? -1
      #expect(abs(found - wanted) < 1e-12)
    }
    #expect(RankStatistic.auroc(positives: [], negatives: [1]) == nil)
  }
}
