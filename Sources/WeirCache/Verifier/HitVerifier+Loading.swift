package import WeirModelFiles

/// Reading a verifier from a GGUF file with `general.architecture` = "weir-verifier".
extension HitVerifier {
  static let architecture = "weir-verifier"
  private static let mostUnits = 1_024
  private static let mostPairs = 1 << 20

  /// Reads and checks the part for the encoder whose file has this SHA-256, or the general one where none is for it.
  package init(from file: GGUFFile, encoderFingerprint: String) throws(ModelFileFailure) {
    let architecture = try file.architecture
    guard architecture == Self.architecture else {
      throw .badValue(
        file: file.name, key: "general.architecture", found: architecture, allowed: "\"\(Self.architecture)\"")
    }
    let isMatched = try file.string("weir.encoder.sha256") == encoderFingerprint
    let basis = isMatched ? Basis.matched : .general
    self.init(part: try Self.part(file, basis.rawValue), basis: basis)
  }

  private static func part(_ file: GGUFFile, _ name: String) throws(ModelFileFailure) -> Part {
    let key = "weir.verifier.\(name).features"
    let names = try file.strings(key)
    let known = Dictionary(uniqueKeysWithValues: VerifierFeature.allCases.map { ($0.name, $0) })
    let features = names.compactMap { known[$0] }
    guard features.count == names.count, Set(features).count == names.count, !names.isEmpty else {
      throw .badValue(
        file: file.name, key: key, found: "a name that is unknown or repeated, or none",
        allowed: VerifierFeature.allCases.map(\.name).joined(separator: ", "))
    }
    let width = try file.tensor("\(name).output.weight").elementCount
    guard (1...mostUnits).contains(width) else {
      throw .badValue(
        file: file.name, key: "\(name).output.weight", found: "\(width) numbers", allowed: "1 to \(mostUnits)")
    }
    let scale = try vector(file, "\(name).scale", names.count)
    guard scale.allSatisfy({ $0 > 0 }) else {
      throw .badValue(file: file.name, key: "\(name).scale", found: "a value of 0 or less", allowed: "above 0")
    }
    let network = VerifierNetwork(
      features: features, mean: try vector(file, "\(name).mean", names.count), scale: scale,
      hidden: try file.tensor("\(name).hidden.weight", shape: [names.count, width]).floats(),
      hiddenBias: try vector(file, "\(name).hidden.bias", width),
      output: try vector(file, "\(name).output.weight", width),
      outputBias: try vector(file, "\(name).output.bias", 1)[0])
    return Part(network: network, calibration: try calibration(file, name))
  }

  private static func calibration(_ file: GGUFFile, _ name: String) throws(ModelFileFailure) -> HitCalibration {
    var families: [HitCalibration.Family] = []
    for family in try file.strings("weir.verifier.\(name).families") {
      // Wrong decisions carry a minus sign: one list, and the order is that of the absolute values.
      let tensor = "\(name).calibration.\(family)"
      let count = try file.tensor(tensor).elementCount
      let values = count <= mostPairs ? try vector(file, tensor, count) : []
      let falls = zip(values, values.dropFirst()).allSatisfy { abs($0) >= abs($1) }
      guard !values.isEmpty, falls, values.allSatisfy({ abs($0) <= 1 }) else {
        throw .badValue(
          file: file.name, key: tensor, found: "\(count) numbers, or one out of order or beyond 1",
          allowed: "1 to \(mostPairs) probabilities from the highest on")
      }
      families.append(
        HitCalibration.Family(
          name: family, probabilities: values.map { Double(abs($0)) }, wasRight: values.map { $0 > 0 }))
    }
    return HitCalibration(families: families)
  }

  private static func vector(
    _ file: GGUFFile, _ name: String, _ count: Int
  ) throws(ModelFileFailure) -> [Float] {
    try file.tensor(name, shape: [count]).floats()
  }
}
