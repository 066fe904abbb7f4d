import Testing
import WeirFiles
import WeirModelFiles
import WeirTestSupport

@testable import WeirClassifier

@Suite struct IntentClassifierTests {
  @Test func `classifications equal the definition in double precision`() throws {
    var random = SeededRandom(seed: 5)
    for seed in 0..<20 as Range<UInt64> {
      let model = RandomClassifier(seed: seed)
      let classifier = try model.load()
      for _ in 0..<25 {
        let embedding = RandomClassifier.unit((0..<12).map { _ in Float.random(in: -1...1, using: &random) })
        let found = try classifier.classify(embedding: embedding)
        let expected = ClassifierOracle(model: model).classify(embedding)
        #expect(found.intent == expected.intent)
        #expect(abs(Double(found.confidence) - expected.confidence) < 1e-4)
        #expect(abs(Double(found.outOfScope) - expected.outOfScope) < 1e-4)
        for (feature, value) in zip(ConfidenceFeature.first.map { found.features[$0] }, expected.features) {
          #expect(abs(Double(feature) - value) < 1e-4)
        }
        #expect(found.ranked.count == 3)
        #expect(found.ranked[0].intent == found.intent)
        #expect(zip(found.ranked, found.ranked.dropFirst()).allSatisfy { $0.probability >= $1.probability })
        for entry in found.ranked {
          let index = try #require(model.labels.firstIndex(of: entry.intent))
          #expect(abs(Double(entry.probability) - expected.probabilities[index]) < 1e-5)
        }
      }
    }
  }

  @Test func `extreme logits give numbers, never NaN`() throws {
    var model = RandomClassifier(seed: 1)
    model.set("output.bias", [3e38, -3e38, 0, 1e30])
    let found = try model.load().classify(embedding: RandomClassifier.unit(Array(repeating: 1, count: 12)))
    #expect(found.confidence.isFinite && found.outOfScope.isFinite)
    #expect(found.intent == "cancel")
  }

  @Test func `an embedding of another length or with NaN is refused`() throws {
    let classifier = try RandomClassifier(seed: 1).load()
    #expect(throws: ClassifierFailure.wrongDimensions(found: 3, allowed: 12)) {
      try classifier.classify(embedding: [1, 0, 0])
    }
    for bad in [Float.nan, .infinity] {
      #expect(throws: ClassifierFailure.notFinite) {
        try classifier.classify(embedding: [bad] + Array(repeating: 0, count: 11))
      }
    }
  }

  @Test func `a classifier of another encoder is refused`() throws {
    let file = try RandomClassifier(seed: 1).file()
    #expect(
      throws: ClassifierFailure.model(
        .wrongEncoder(file: "intents.gguf", found: "beef", allowed: RandomClassifier.fingerprint))
    ) { try IntentClassifier(from: file, encoderFingerprint: "beef") }
  }

  @Test func `a file that is wrong in one place is refused by name`() throws {
    func failure(
      architecture: String = "weir-intents", labels: [String]? = nil, temperature: Float? = nil,
      _ change: (inout RandomClassifier) -> Void = { _ in }
    ) throws -> ModelFileFailure? {
      var model = RandomClassifier(seed: 2)
      change(&model)
      let file = try model.file(architecture: architecture, labels: labels, temperature: temperature)
      do throws(ClassifierFailure) {
        _ = try IntentClassifier(from: file, encoderFingerprint: RandomClassifier.fingerprint)
      } catch {
        if case .model(let failure) = error { return failure }
      }
      return nil
    }
    let name = "intents.gguf"
    #expect(
      try failure(architecture: "bert")
        == .badValue(file: name, key: "general.architecture", found: "bert", allowed: "\"weir-intents\""))
    #expect(
      try failure(labels: ["a", "b"])
        == .badValue(
          file: name, key: "weir.intents.labels", found: "2 labels ending with b",
          allowed: "at least one intent, then out_of_scope"))
    #expect(
      try failure(labels: ["a", "a", "b", "out_of_scope"])
        == .badValue(
          file: name, key: "weir.intents.labels", found: "an empty or repeated label", allowed: "different names"))
    #expect(
      try failure(temperature: 0)
        == .badValue(file: name, key: "weir.intents.temperature", found: "0.0", allowed: "above 0"))
    #expect(
      try failure(labels: ["a", "b", "c", "d", "e", "out_of_scope"])
        == .wrongShape(file: name, tensor: "centres.weight", found: [12, 3], allowed: [12, 5]))
    #expect(
      try failure { $0.set("hidden.bias", [0], shape: [1]) }
        == .wrongShape(file: name, tensor: "hidden.bias", found: [1], allowed: [5]))
    #expect(
      try failure { $0.set("output.bias", [0, .nan, 0, 0]) }
        == .notFinite(file: name, tensor: "output.bias", index: 1))
    #expect(
      try failure { $0.set("confidence.scale", [1, 1, 0, 1, 1, 1]) }
        == .badValue(
          file: name, key: "confidence.scale", found: "a value of 0 or less", allowed: "above 0"))
    let knots = ModelFileFailure.badValue(
      file: name, key: "calibration", found: "knots out of order or outside 0 to 1",
      allowed: "rising x and never falling y within 0 to 1")
    #expect(try failure { $0.set("calibration.x", [0.1, 0.1, 0.5, 0.9]) } == knots)
    #expect(try failure { $0.set("calibration.y", [0.5, 0.4, 0.5, 0.9]) } == knots)
    #expect(try failure { $0.set("calibration.y", [0.5, 0.6, 0.7, 1.1]) } == knots)
    #expect(try failure { $0.set("centres.weight", Array(repeating: 0.5, count: 36)) } != nil)
    #expect(
      try failure { $0.tensors.removeAll { $0.name == "gate.bias" } }
        == .missingTensor(file: name, tensor: "gate.bias"))
  }

  @Test func `the calibration curve is constant outside its knots and linear within`() throws {
    let model = RandomClassifier(seed: 3)
    let heads = try model.load().parts.heads
    let oracle = ClassifierOracle(model: model)
    for step in 0...1000 {
      let raw = Float(step) / 1000
      #expect(abs(Double(heads.calibrated(raw)) - oracle.interpolate(Double(raw))) < 1e-6)
    }
  }
}
