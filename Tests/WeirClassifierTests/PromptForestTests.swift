import Testing
import WeirDomain
import WeirFiles
import WeirTestSupport

@testable import WeirClassifier
@testable import WeirModelFiles

@Suite struct PromptForestTests {
  static let dimensions = 4

  /// Two trees: one asks for the length, one for the first component; both outputs in each leaf.
  static let forest = PromptForest(
    outputs: [.generator, .premium],
    projection: DenseLayer(inputs: dimensions, outputs: 1, weights: [1, 0, 0, 0], bias: [-0.5]),
    grams: GramScores(bias: [0, 0], weights: [Float](repeating: 0, count: 2 * PromptGrams.buckets)), roots: [0, 3],
    nodes: [
      .init(input: 0, threshold: 3, next: 1), .init(input: -1, threshold: 0, next: 0),
      .init(input: -1, threshold: 0, next: 1), .init(input: 29, threshold: 0, next: 4),
      .init(input: -1, threshold: 0, next: 2), .init(input: -1, threshold: 0, next: 3),
    ],
    values: [0.9, 0.95, 0.2, 0.9, 0.8, 0.9, 0.4, 0.7],
    curves: [.init(slope: 1, offset: 0), .init(slope: 2, offset: 0.5)])

  static func file(_ change: (inout PromptForest) -> Void = { _ in }, surface: UInt32? = nil) throws -> GGUFFile {
    var forest = forest
    change(&forest)
    var writer = GGUFWriter(architecture: "weir-intents")
    forest.write(to: &writer)
    if let surface { writer.set("weir.forest.surface", surface) }
    return try GGUFFile(ByteRegion(name: "intents.gguf", copying: writer.bytes()))
  }

  @Test func `a prediction is the calibrated mean of the leaves that are reached`() {
    let short = Self.forest.predict("short", embedding: [1, 0, 0, 0])
    // Leaves 0 and 3: means 0.65 and 0.825; the second curve makes logit 1.5506 to 3.6013.
    #expect(abs(short[0] - 0.65) < 1e-5 && abs(short[1] - 0.97343) < 1e-4)
    let long = Self.forest.predict(String(repeating: "long ", count: 9), embedding: [0, 1, 0, 0])
    #expect(abs(long[0] - 0.5) < 1e-5)
    let (sufficiency, complexity) = Self.forest.reading("short", embedding: [1, 0, 0, 0])
    #expect(sufficiency == [.generator: short[0], .premium: short[1]] && complexity == nil)
  }

  @Test func `what was written is read, to the bit`() throws {
    #expect(try PromptForest(Self.file(), dimensions: Self.dimensions) == Self.forest)
    let none = try GGUFFile(ByteRegion(name: "x.gguf", copying: GGUFWriter(architecture: "a").bytes()))
    #expect(try PromptForest(none, dimensions: 4) == nil)
  }

  static let breaks: [(change: @Sendable (inout PromptForest) -> Void, word: String)] = [
    ({ $0.nodes[0].input = 32 }, "input 32 at node 0"), ({ $0.nodes[1].input = -2 }, "leaf 0 at node 1"),
    ({ $0.nodes[0].next = 0 }, "node 0 after node 0"), ({ $0.nodes[0].next = 2 }, "node 2 after node 0"),
    ({ $0.nodes[3].next = 1 }, "node 1 after node 3"), ({ $0.nodes[2].next = 4 }, "leaf 4 at node 2"),
    ({ $0.nodes[2].next = -1 }, "leaf -1 at node 2"), ({ $0.roots = [0, 6] }, "weir.forest.roots"),
    ({ $0.roots = [1, 3] }, "weir.forest.roots"), ({ $0.roots = [0, 0] }, "weir.forest.roots"),
    ({ $0.values[3] = 1.5 }, "weir.forest.values"), ({ $0.curves[0].slope = -1 }, "weir.forest.curves"),
    ({ $0.nodes[0].threshold = .nan }, "forest.thresholds"), ({ $0.outputs[1] = .generator }, "weir.forest.outputs"),
  ]

  @Test(arguments: breaks.indices) func `a file that would lead astray is refused by name`(index: Int) throws {
    let (change, word) = Self.breaks[index]
    let file = try Self.file(change)
    let error = #expect(throws: ModelFileFailure.self) { try PromptForest(file, dimensions: Self.dimensions) }
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "no error")")
  }

  @Test func `other dimensions are refused`() throws {
    let file = try Self.file()
    #expect(throws: ModelFileFailure.self) { try PromptForest(file, dimensions: 5) }
  }

  @Test func `random damage is refused or harmless`() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<400 {
      let (node, kind) = (Int.random(in: 0..<6, using: &random), Int.random(in: 0..<3, using: &random))
      let value = Int32.random(in: -3...33, using: &random)
      let file = try Self.file { forest in
        switch kind {
        case 0: forest.nodes[node].input = value
        case 1: forest.nodes[node].next = value
        default: forest.roots[node % 2] = value
        }
      }
      guard let forest = try? PromptForest(file, dimensions: Self.dimensions) else { continue }
      let found = forest.predict("any text, 1 of many", embedding: [0.5, 0.5, 0.5, 0.5])
      #expect(found.allSatisfy { (0...1).contains($0) })
    }
  }
}
