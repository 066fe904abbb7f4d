package import WeirModelFiles

/// Reading a classifier from a GGUF file with `general.architecture` = "weir-intents".
extension IntentClassifier {
  static let architecture = "weir-intents"
  /// The last label: prompts that belong to no intent.
  static let outOfScopeLabel = "out_of_scope"

  /// Reads and checks a classifier.
  ///
  /// `encoderFingerprint` is the SHA-256 of the encoder's file that will make the embeddings; a classifier that was
  /// trained for another one throws `wrongEncoder`.
  package init(from file: GGUFFile, encoderFingerprint: String) throws(ClassifierFailure) {
    do throws(ModelFileFailure) {
      try self.init(checking: file, encoderFingerprint)
    } catch {
      throw .model(error)
    }
  }

  private init(checking file: GGUFFile, _ encoder: String) throws(ModelFileFailure) {
    let architecture = try file.architecture
    guard architecture == Self.architecture else {
      throw .badValue(
        file: file.name, key: "general.architecture", found: architecture, allowed: "\"\(Self.architecture)\"")
    }
    let trainedFor = try file.string("weir.encoder.sha256")
    guard trainedFor == encoder else {
      throw .wrongEncoder(file: file.name, found: encoder, allowed: trainedFor)
    }
    let labels = try Self.labels(file)
    let hiddenWeights = try Self.matrix(file, "hidden.weight")
    let (inputs, width) = (hiddenWeights.columns, hiddenWeights.rows)
    let count = labels.count - 1
    encoderFingerprint = trainedFor
    intents = Array(labels.dropLast())
    dimensions = inputs
    hidden = DenseLayer(
      inputs: inputs, outputs: width, weights: try hiddenWeights.floats(),
      bias: try Self.vector(file, "hidden.bias", width))
    output = DenseLayer(
      inputs: width, outputs: labels.count,
      weights: try file.tensor("output.weight", shape: [width, labels.count]).floats(),
      bias: try Self.vector(file, "output.bias", labels.count))
    temperature = try Self.positive(file, "weir.intents.temperature")
    let flat = try file.tensor("centres.weight", shape: [inputs, count]).floats()
    centres = (0..<count).map { Array(flat[($0 * inputs)..<(($0 + 1) * inputs)]) }
    try Self.checkUnitLength(centres, file)
    heads = try Self.heads(file)
  }

  private static func labels(_ file: GGUFFile) throws(ModelFileFailure) -> [String] {
    let key = "weir.intents.labels"
    let labels = try file.strings(key)
    guard labels.count >= 2, labels.last == outOfScopeLabel else {
      throw .badValue(
        file: file.name, key: key, found: "\(labels.count) labels ending with \(labels.last ?? "nothing")",
        allowed: "at least one intent, then \(outOfScopeLabel)")
    }
    guard Set(labels).count == labels.count, !labels.contains("") else {
      throw .badValue(file: file.name, key: key, found: "an empty or repeated label", allowed: "different names")
    }
    return labels
  }

  private static func matrix(_ file: GGUFFile, _ name: String) throws(ModelFileFailure) -> GGUFTensor {
    let tensor = try file.tensor(name)
    guard tensor.shape.count <= 2 else {
      throw .badDimensionCount(file: file.name, tensor: name, found: UInt32(tensor.shape.count), allowed: 1...2)
    }
    return tensor
  }

  private static func vector(
    _ file: GGUFFile, _ name: String, _ count: Int
  ) throws(ModelFileFailure) -> [Float] {
    try file.tensor(name, shape: [count]).floats()
  }

  private static func positive(_ file: GGUFFile, _ key: String) throws(ModelFileFailure) -> Float {
    let value = try file.float(key)
    guard value > 0 else { throw .badValue(file: file.name, key: key, found: "\(value)", allowed: "above 0") }
    return value
  }

  private static func checkUnitLength(_ centres: [[Float]], _ file: GGUFFile) throws(ModelFileFailure) {
    for centre in centres {
      let length = DenseLayer.dot(centre[...], centre).squareRoot()
      // Float32 rounding of a vector of 384 stays far below this.
      guard abs(length - 1) < 1e-3 else {
        throw .badValue(file: file.name, key: "centres.weight", found: "length \(length)", allowed: "length 1")
      }
    }
  }

  private static func heads(_ file: GGUFFile) throws(ModelFileFailure) -> ConfidenceHeads {
    let count = ConfidenceHeads.featureCount
    let scale = try vector(file, "confidence.scale", count)
    guard scale.allSatisfy({ $0 > 0 }) else {
      throw .badValue(file: file.name, key: "confidence.scale", found: "a value of 0 or less", allowed: "above 0")
    }
    func head(_ name: String) throws(ModelFileFailure) -> ConfidenceHeads.Head {
      ConfidenceHeads.Head(
        weights: try vector(file, name + ".weight", count), bias: try vector(file, name + ".bias", 1)[0])
    }
    let knots = try file.tensor("calibration.x")
    let x = try vector(file, "calibration.x", knots.elementCount)
    let y = try vector(file, "calibration.y", knots.elementCount)
    let rises = zip(x, x.dropFirst()).allSatisfy { $0 < $1 } && zip(y, y.dropFirst()).allSatisfy { $0 <= $1 }
    guard rises, (x + y).allSatisfy({ (0...1).contains($0) }) else {
      throw .badValue(
        file: file.name, key: "calibration", found: "knots out of order or outside 0 to 1",
        allowed: "rising x and never falling y within 0 to 1")
    }
    return ConfidenceHeads(
      mean: try vector(file, "confidence.mean", count), scale: scale, confidence: try head("confidence"),
      gate: try head("gate"), x: x, y: y)
  }
}
