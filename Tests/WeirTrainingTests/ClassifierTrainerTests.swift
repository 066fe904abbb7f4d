import Testing
import WeirClassifier
import WeirDomain
import WeirFiles
import WeirModelFiles

@testable import WeirTraining

@Suite struct ClassifierTrainerTests {
  static var quick: TrainingOptions {
    var options = TrainingOptions()
    options.hidden = 16
    options.epochs = 12
    options.learningRate = 1e-2
    options.folds = 3
    return options
  }

  /// Rows around a random direction for each of `intents`, and everywhere for what is out of scope.
  static func rows(intents: Int, each: Int, outOfScope: Int, seed: UInt64) -> TrainingRows {
    var directions = SplitMix64(seed: 77)
    let width = 32
    func unit(_ values: [Double]) -> [Float] {
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { Float($0 / length) }
    }
    let centres = (0..<intents).map { _ in (0..<width).map { _ in GaussianNoise.pair(&directions).0 } }
    var random = SplitMix64(seed: seed)
    var rows = TrainingRows()
    for intent in 0..<intents {
      for _ in 0..<each {
        rows.vectors.append(unit(centres[intent].map { $0 + 0.5 * GaussianNoise.pair(&random).0 }))
        rows.labels.append(intent)
      }
    }
    for _ in 0..<outOfScope {
      rows.vectors.append(unit((0..<width).map { _ in GaussianNoise.pair(&random).0 }))
      rows.labels.append(intents)
    }
    rows.weights = rows.labels.map { _ in 1 }
    return rows
  }

  static func train(_ rows: TrainingRows, intents: Int, seed: UInt64 = 1) throws -> TrainedClassifier {
    var options = quick
    options.seed = seed
    let trainer = ClassifierTrainer(options: options, intents: (0..<intents).map { "intent \($0)" })
    return try #require(trainer.train(rows, validation: TrainingRows(), encoderFingerprint: "beef"))
  }

  @Test func `separable intents are learned, and strange prompts are told apart`() throws {
    let trained = try Self.train(Self.rows(intents: 5, each: 20, outOfScope: 60, seed: 1), intents: 5)
    let test = Self.rows(intents: 5, each: 10, outOfScope: 40, seed: 2)
    var right = 0
    var (inside, outside): ([Float], [Float]) = ([], [])
    for (vector, label) in zip(test.vectors, test.labels) {
      let found = try trained.classifier.classify(embedding: vector)
      if found.intent == "intent \(label)" { right += 1 }
      if label == 5 { outside.append(found.outOfScope) } else { inside.append(found.outOfScope) }
    }
    #expect(right >= 48)
    let auroc = RankStatistic.auroc(positives: outside.map { Double($0) }, negatives: inside.map { Double($0) }) ?? 0
    #expect(auroc > 0.9)
  }

  @Test func `without rows out of scope, unheard intents teach the gate`() throws {
    let trained = try Self.train(Self.rows(intents: 6, each: 12, outOfScope: 0, seed: 1), intents: 6)
    #expect(trained.heldOut.hasStandIns)
    #expect(trained.classifier.parts.output.outputs == 6)
    let test = Self.rows(intents: 6, each: 6, outOfScope: 40, seed: 2)
    let scores = try test.vectors.map { Double(try trained.classifier.classify(embedding: $0).outOfScope) }
    let auroc = RankStatistic.auroc(positives: Array(scores[36...]), negatives: Array(scores[..<36])) ?? 0
    #expect(auroc > 0.85)
  }

  @Test(arguments: [1, 2]) func `a single row out of scope, or one that only validates, has its output`(each: Int)
    throws
  {
    let one = try Self.train(Self.rows(intents: 4, each: 5, outOfScope: 1, seed: 3), intents: 4, seed: UInt64(each))
    #expect(one.classifier.parts.output.outputs == 5)
    let trainer = ClassifierTrainer(options: Self.quick, intents: ["a", "b", "c"])
    let validation = Self.rows(intents: 3, each: 60, outOfScope: 40, seed: 4)
    let rows = Self.rows(intents: 3, each: 6, outOfScope: 0, seed: 5)
    #expect(trainer.train(rows, validation: validation, encoderFingerprint: "beef") != nil)
    #expect(trainer.train(TrainingRows(), validation: validation, encoderFingerprint: "beef") != nil)
  }

  @Test func `the same seed gives the same bytes, another seed others`() throws {
    let rows = Self.rows(intents: 3, each: 8, outOfScope: 4, seed: 5)
    let bytes = try Self.train(rows, intents: 3).bytes()
    #expect(try Self.train(rows, intents: 3).bytes() == bytes)
    #expect(try Self.train(rows, intents: 3, seed: 2).bytes() != bytes)
  }

  @Test func `a written classifier is read with the same answers`() throws {
    let rows = Self.rows(intents: 3, each: 8, outOfScope: 4, seed: 5)
    let trained = try Self.train(rows, intents: 3)
    let file = try GGUFFile(ByteRegion(name: "intents.gguf", copying: trained.bytes()))
    let read = try IntentClassifier(from: file, encoderFingerprint: "beef")
    for vector in rows.vectors {
      #expect(try read.classify(embedding: vector) == trained.classifier.classify(embedding: vector))
    }
  }

  @Test func `few rows claim little confidence`() throws {
    let trained = try Self.train(Self.rows(intents: 4, each: 5, outOfScope: 0, seed: 3), intents: 4)
    for vector in Self.rows(intents: 4, each: 20, outOfScope: 0, seed: 4).vectors {
      #expect(try trained.classifier.classify(embedding: vector).confidence < 0.98)
    }
  }

  @Test func `a cancelled training ends without a result`() {
    let trainer = ClassifierTrainer(options: Self.quick, intents: ["a", "b"], isCancelled: { true })
    let rows = Self.rows(intents: 2, each: 8, outOfScope: 0, seed: 1)
    #expect(trainer.train(rows, validation: TrainingRows(), encoderFingerprint: "beef") == nil)
  }
}
