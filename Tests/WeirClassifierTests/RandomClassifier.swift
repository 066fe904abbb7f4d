import WeirFiles
import WeirTestSupport

@testable import WeirClassifier
@testable import WeirModelFiles

/// A tiny random classifier: the file that is loaded, and the same numbers for the oracle.
struct RandomClassifier {
  static let fingerprint = "c0ffee"
  let dimensions = 12
  let width = 5
  let labels = ["cancel", "refund", "track", "out_of_scope"]
  let temperature: Float = 1.7
  var tensors: [(name: String, shape: [Int], values: [Float])] = []

  init(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func draw(_ count: Int, _ range: ClosedRange<Float> = -1.5...1.5) -> [Float] {
      (0..<count).map { _ in Float.random(in: range, using: &random) }
    }
    let centres = (0..<3).flatMap { _ in Self.unit(draw(dimensions)) }
    tensors = [
      ("hidden.weight", [dimensions, width], draw(dimensions * width)), ("hidden.bias", [width], draw(width)),
      ("output.weight", [width, 4], draw(width * 4)), ("output.bias", [4], draw(4)),
      ("centres.weight", [dimensions, 3], centres),
      ("confidence.weight", [6], draw(6)), ("confidence.bias", [1], draw(1)), ("confidence.mean", [6], draw(6)),
      ("confidence.scale", [6], draw(6, 0.2...2)), ("gate.weight", [6], draw(6)), ("gate.bias", [1], draw(1)),
      ("calibration.x", [4], [0.1, 0.4, 0.5, 0.9]), ("calibration.y", [4], [0.05, 0.3, 0.3, 0.95]),
    ]
  }

  static func unit(_ values: [Float]) -> [Float] {
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }

  subscript(name: String) -> [Float] { tensors.first { $0.name == name }?.values ?? [] }

  /// Replaces a tensor, for files that are wrong in one place.
  mutating func set(_ name: String, _ values: [Float], shape: [Int]? = nil) {
    tensors = tensors.map { $0.name == name ? (name, shape ?? $0.shape, values) : $0 }
  }

  func file(
    architecture: String = "weir-intents", labels: [String]? = nil, temperature: Float? = nil
  ) throws -> GGUFFile {
    var writer = GGUFWriter(architecture: architecture)
    writer.set("weir.intents.labels", labels ?? self.labels)
    writer.set("weir.intents.temperature", temperature ?? self.temperature)
    writer.set("weir.encoder.sha256", Self.fingerprint)
    for tensor in tensors { writer.addTensor(tensor.name, shape: tensor.shape, floats: tensor.values) }
    return try GGUFFile(ByteRegion(name: "intents.gguf", copying: writer.bytes()))
  }

  func load() throws -> IntentClassifier {
    try IntentClassifier(from: file(), encoderFingerprint: Self.fingerprint)
  }
}
