package import WeirModelFiles
internal import WeirFiles
internal import WeirTensor

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
    let outputs = try Self.matrix(file, "output.weight").rows == count ? count : labels.count
    encoderFingerprint = trainedFor
    let flat = try file.tensor("centres.weight", shape: [inputs, count]).floats()
    parts = ClassifierParts(
      intents: Array(labels.dropLast()),
      hidden: DenseLayer(
        inputs: inputs, outputs: width, weights: try hiddenWeights.floats(),
        bias: try Self.vector(file, "hidden.bias", width)),
      output: DenseLayer(
        inputs: width, outputs: outputs,
        weights: try file.tensor("output.weight", shape: [width, outputs]).floats(),
        bias: try Self.vector(file, "output.bias", outputs)),
      temperature: try Self.positive(file, "weir.intents.temperature"),
      centres: (0..<count).map { Array(flat[($0 * inputs)..<(($0 + 1) * inputs)]) },
      prototypes: try Self.prototypes(file, inputs: inputs, intents: count),
      heads: try Self.heads(file),
      forest: try PromptForest(file, dimensions: inputs),
      risk: try ClassifierRisk.read(from: file, intents: count))
    try Self.checkUnitLength(parts.centres, file)
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

  private static func checkUnitLength(
    _ rows: [[Float]], _ file: GGUFFile, key: String = "centres.weight"
  ) throws(ModelFileFailure) {
    for row in rows {
      let length = DenseLayer.dot(row[...], row).squareRoot()
      // The rounding to F16 of a vector of 384 stays far below this.
      guard abs(length - 1) < 1e-3 else {
        throw .badValue(file: file.name, key: key, found: "length \(length)", allowed: "length 1")
      }
    }
  }

  private static func prototypes(
    _ file: GGUFFile, inputs: Int, intents: Int
  ) throws(ModelFileFailure) -> Prototypes? {
    let name = "prototypes.weight"
    guard let tensor = file.tensorIfPresent(name) else { return nil }
    let key = "weir.intents.prototype_owners"
    let owners = try file.ints(key)
    guard (1...Prototypes.most).contains(owners.count), owners.allSatisfy({ (0...intents).contains($0) }) else {
      throw .badValue(
        file: file.name, key: key, found: "\(owners.count) numbers, or one that is no intent's",
        allowed: "1 to \(Prototypes.most) numbers from 0 to \(intents)")
    }
    let values = try file.tensor(name, shape: [inputs, owners.count]).floats()
    try checkUnitLength(
      owners.indices.map { Array(values[($0 * inputs)..<(($0 + 1) * inputs)]) }, file, key: name)
    let (type, region) = (try tensor.type(), try tensor.region())
    let vectors: WeightMatrix
    do throws(TensorFailure) {
      vectors = try region.withSpan { (span) throws(TensorFailure) in
        try WeightMatrix(type: type, rows: owners.count, columns: inputs, bytes: span)
      }
    } catch {
      throw .badValue(file: file.name, key: name, found: error.message, allowed: "a matrix")
    }
    return Prototypes(vectors: vectors, owners: owners)
  }

  private static func features(_ file: GGUFFile) throws(ModelFileFailure) -> [ConfidenceFeature] {
    let key = "weir.intents.features"
    guard file.has(key) else { return ConfidenceFeature.first }
    let names = try file.strings(key)
    let features = names.compactMap(ConfidenceFeature.init(rawValue:))
    guard features.count == names.count, Set(features).count == names.count, !names.isEmpty else {
      throw .badValue(
        file: file.name, key: key, found: "a name that is unknown or repeated, or none",
        allowed: ConfidenceFeature.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return features
  }

  private static func heads(_ file: GGUFFile) throws(ModelFileFailure) -> ConfidenceHeads {
    let features = try features(file)
    let count = features.count
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
      features: features, mean: try vector(file, "confidence.mean", count), scale: scale,
      confidence: try head("confidence"),
      gate: try head("gate"), x: x, y: y)
  }
}
