import Testing
import WeirClassifier
import WeirDomain

@testable import WeirTraining

@Suite struct PromptForestFitTests {
  /// Prompts whose local answer is good where they are short, and whose premium answer is good but for those with
  /// numbers; the embedding points one way for "hard" topics, which matter to both.
  static func rows(_ count: Int, seed: UInt64) -> (
    texts: [String], vectors: [[Float]], labels: [PromptForest.Output: [Double?]], truth: [(Double, Double)]
  ) {
    var random = SplitMix64(seed: seed)
    var (texts, vectors, truth): ([String], [[Float]], [(Double, Double)]) = ([], [], [])
    var (local, premium): ([Double?], [Double?]) = ([], [])
    for _ in 0..<count {
      let words = 1 + random.nextIndex(30)
      let hasNumbers = random.nextUnit() < 0.3
      let isHard = random.nextUnit() < 0.5
      texts.append(
        (0..<words).map { _ in "word" }.joined(separator: " ") + (hasNumbers ? " 17 + 4 = 21" : ""))
      let noise = (0..<7).map { _ in GaussianNoise.pair(&random).0 * 0.2 }
      let vector = [isHard ? 1 : -1] + noise
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(vector.map { Float($0 / length) })
      let chance = ((words <= 15 ? 0.9 : 0.4) - (isHard ? 0.3 : 0), hasNumbers ? 0.5 : 0.95)
      truth.append(chance)
      local.append(random.nextUnit() < chance.0 ? 1 : 0)
      // Premium answers were judged for two prompts of three.
      premium.append(random.nextIndex(3) == 0 ? nil : random.nextUnit() < chance.1 ? 1 : 0)
    }
    return (texts, vectors, [.generator: local, .premium: premium], truth)
  }

  @Test func `chances are learned from surface and meaning, and are calibrated`() throws {
    let rows = Self.rows(1500, seed: 3)
    let fit = try #require(
      PromptForestFit(texts: rows.texts, vectors: rows.vectors, labels: rows.labels, seed: 1, trees: 30))
    #expect(fit.forest.outputs == [.generator, .premium])
    let test = Self.rows(400, seed: 4)
    var errors = (0.0, 0.0)
    for index in test.texts.indices {
      let found = fit.forest.predict(test.texts[index], embedding: test.vectors[index])
      errors.0 += abs(Double(found[0]) - test.truth[index].0) / 400
      errors.1 += abs(Double(found[1]) - test.truth[index].1) / 400
    }
    #expect(errors.0 < 0.08 && errors.1 < 0.08, "\(errors)")
    let figure = try #require(fit.heldOut.first)
    let mean = figure.predictions.reduce(0, +) / Double(figure.predictions.count)
    let share = figure.labels.reduce(0, +) / Double(figure.labels.count)
    #expect(abs(mean - share) < 0.02)
    #expect(fit.heldOut[1].labels.count < 1100 && fit.heldOut[1].labels.count > 900)
  }

  @Test func `labels of chance teach nearly nothing, and the figures say so`() throws {
    var rows = Self.rows(600, seed: 5)
    var random = SplitMix64(seed: 9)
    rows.labels = [.economy: rows.texts.map { _ in random.nextUnit() < 0.5 ? 1 : 0 }]
    let fit = try #require(
      PromptForestFit(texts: rows.texts, vectors: rows.vectors, labels: rows.labels, seed: 1, trees: 30))
    let figure = ForestFigure(.economy, fit.heldOut[0].predictions, fit.heldOut[0].labels)
    #expect(abs((figure.auroc ?? 0) - 0.5) < 0.08)
    #expect(figure.brier < figure.brierOfMean + 0.01)
  }

  @Test func `few labels, or all of a kind, leave an output out`() {
    let rows = Self.rows(200, seed: 6)
    func outputs(_ labels: [PromptForest.Output: [Double?]]) -> [PromptForest.Output]? {
      PromptForestFit(texts: rows.texts, vectors: rows.vectors, labels: labels, seed: 1, trees: 5)?.forest.outputs
    }
    let some = rows.texts.indices.map { $0 < 49 ? Double($0 % 2) : nil }
    let ones = rows.texts.map { _ -> Double? in 1 }
    #expect(outputs([.generator: some, .premium: ones]) == nil)
    let enough = rows.texts.indices.map { $0 < 50 ? Double($0 % 2) : nil }
    #expect(
      outputs([.generator: enough, .premium: ones, .complexity: rows.texts.indices.map { Double($0) / 200 }])
        == [.generator, .complexity])
  }

  @Test func `the same rows and seed give the same bits, another seed does not`() throws {
    let rows = Self.rows(300, seed: 7)
    func forest(_ seed: UInt64) -> PromptForest? {
      PromptForestFit(texts: rows.texts, vectors: rows.vectors, labels: rows.labels, seed: seed, trees: 5)?.forest
    }
    let first = try #require(forest(1))
    #expect(first == forest(1) && first != forest(2))
  }

  @Test func `principal components are those of the oracle`() {
    // Variance 9, 4 and 1 along three rotated axes; nothing along the fourth.
    var random = SplitMix64(seed: 8)
    let axes: [[Double]] = [[0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0.5, -0.5], [0.5, 0.5, -0.5, -0.5]]
    let vectors = (0..<2000).map { _ -> [Float] in
      let scores = (0..<3).map { Double(3 - $0) * GaussianNoise.pair(&random).0 }
      return (0..<4).map { column in Float(1 + (0..<3).reduce(0) { $0 + scores[$1] * axes[$1][column] }) }
    }
    let layer = PrincipalComponents.projection(of: vectors, count: 2, seed: 1)
    for (row, axis) in axes.prefix(2).enumerated() {
      let overlap = zip(layer.weights[(row * 4)..<(row * 4 + 4)], axis).reduce(0) { $0 + Double($1.0) * $1.1 }
      #expect(abs(abs(overlap) - 1) < 0.01)
    }
    let mean = (0..<4).map { column in vectors.reduce(0) { $0 + $1[column] } / 2000 }
    let centred = (0..<2).map { row in
      (0..<4).reduce(layer.bias[row]) { $0 + layer.weights[row * 4 + $1] * mean[$1] }
    }
    #expect(centred.allSatisfy { abs($0) < 1e-3 })
  }
}

@Suite struct GramRidgeTests {
  /// The normal equations hold at the solution: X^T (y - X w) = 5 w, up to the tolerance.
  @Test func `the fit solves the normal equations`() {
    var random = SplitMix64(seed: 2)
    let words = ["sum", "of", "what", "is", "the", "largest", "river", "17", "prove"]
    let texts = (0..<120).map { _ in (0..<8).map { _ in words[random.nextIndex(words.count)] }.joined(separator: " ") }
    let grams = texts.map { PromptGrams(of: $0) }
    let targets = texts.map { $0.contains("prove") ? 1.0 : random.nextUnit() * 0.2 }
    let rows = Array(texts.indices.prefix(100))
    let (bias, weights) = GramRidge.fit(grams, targets: targets, rows: rows)
    #expect(abs(bias - rows.reduce(0) { $0 + targets[$1] } / 100) < 1e-12)
    let left = GramScores(bias: [Float(bias)], weights: weights.map { Float($0) })
    var gradient = weights.map { -5 * $0 }
    var scale = 0.0
    for row in rows {
      let error = targets[row] - Double(left.scores(grams[row])[0])
      scale += (targets[row] - bias) * (targets[row] - bias)
      for (place, value) in zip(grams[row].places, grams[row].values) { gradient[Int(place)] += error * Double(value) }
    }
    #expect(gradient.reduce(0) { $0 + $1 * $1 } < 1e-4 * scale)
    let seen = (left.scores(PromptGrams(of: "prove the sum"))[0], left.scores(PromptGrams(of: "what is the river"))[0])
    #expect(seen.0 > seen.1 + 0.2)
    #expect(GramRidge.fit(grams, targets: targets, rows: []).bias == 0.5)
  }
}
