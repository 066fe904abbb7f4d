import Testing
import WeirFiles
import WeirRisk
import WeirTestSupport

@testable import WeirClassifier
@testable import WeirModelFiles

@Suite struct ClassifierRiskTests {
  /// A file with a classifier and whatever stands for its risk table.
  private func load(labels: [Int32]?, scores: [Float], standIns: UInt32? = 0) throws -> IntentClassifier {
    var writer = GGUFWriter(architecture: "weir-intents")
    let random = RandomClassifier(seed: 4)
    writer.set("weir.intents.labels", random.labels)
    writer.set("weir.intents.temperature", random.temperature)
    writer.set("weir.encoder.sha256", RandomClassifier.fingerprint)
    for tensor in random.tensors { writer.addTensor(tensor.name, shape: tensor.shape, floats: tensor.values) }
    if let labels { writer.set("weir.risk.labels", labels) }
    if let standIns { writer.set("weir.risk.stand_ins", standIns) }
    writer.addTensor("risk.score", shape: [scores.count], floats: scores)
    let file = try GGUFFile(ByteRegion(name: "intents.gguf", copying: writer.bytes()))
    return try IntentClassifier(from: file, encoderFingerprint: RandomClassifier.fingerprint)
  }

  @Test func `a table is read back as it was written`() throws {
    var random = SeededRandom(seed: 1)
    for count in [1, 2, 700] {
      let rows = (0..<count).map { _ in
        let isInScope = Bool.random(using: &random)
        return RiskTable.Row(
          score: Float.random(in: 0...1, using: &random), isRight: isInScope && Bool.random(using: &random),
          intent: Int.random(in: 0..<3, using: &random), isInScope: isInScope)
      }
      let risk = ClassifierRisk(table: RiskTable(rows), hasStandIns: count == 2)
      var classifier = try RandomClassifier(seed: 3).load()
      var parts = classifier.parts
      parts.risk = risk
      classifier = IntentClassifier(parts, encoderFingerprint: RandomClassifier.fingerprint)
      let file = try GGUFFile(ByteRegion(name: "intents.gguf", copying: classifier.file(prototypes: []).bytes()))
      let read = try IntentClassifier(from: file, encoderFingerprint: RandomClassifier.fingerprint)
      #expect(read.risk == risk)
      #expect(read.risk?.table.threshold(budget: 0.3) == risk.table.threshold(budget: 0.3))
    }
    #expect(try RandomClassifier(seed: 3).load().risk == nil)
  }

  @Test func `a damaged table is refused by the field that is wrong`() throws {
    #expect(try load(labels: [2, 3, 0, 11], scores: [0, 1, 0.5, 0.5]).risk?.table.rows.count == 4)
    let cases: [(labels: [Int32]?, scores: [Float], standIns: UInt32?, name: String)] = [
      (nil, [0.5], 0, "weir.risk.labels"), ([], [0.5], 0, "weir.risk.labels"), ([3, 3], [0.5], 0, "risk.score"),
      ([3], [0.5, 0.5], 0, "risk.score"), ([3], [1.5], 0, "risk.score"), ([3], [-0.1], 0, "risk.score"),
      ([3], [.nan], 0, "risk.score"), ([3], [.infinity], 0, "risk.score"), ([12], [0.5], 0, "weir.risk.labels"),
      ([-1], [0.5], 0, "weir.risk.labels"), ([1], [0.5], 0, "weir.risk.labels"),
      ([.max], [0.5], 0, "weir.risk.labels"), ([.min], [0.5], 0, "weir.risk.labels"),
      ([3], [0.5], nil, "weir.risk.stand_ins"), ([3], [0.5], 2, "weir.risk.stand_ins"),
    ]
    for (labels, scores, standIns, name) in cases {
      let failure = #expect(throws: ClassifierFailure.self) {
        try load(labels: labels, scores: scores, standIns: standIns)
      }
      #expect(failure?.message.contains(name) == true, "\(failure?.message ?? "nothing") names \(name)")
    }
    let most = ClassifierRisk.most
    #expect(throws: ClassifierFailure.self) {
      try load(labels: Array(repeating: 3, count: most + 1), scores: Array(repeating: 0.5, count: most + 1))
    }
  }
}
