import WeirModelFiles

/// The probe as a generator's file gives it: `weir.probe.*`.
///
/// Only metadata is used, because other readers of the file refuse tensors that they do not know.
extension AnswerProbe {
  package static let leastMeanKey = "weir.probe.min_mean_logprob"
  package static let featuresKey = "weir.probe.features"
  package static let weightsKey = "weir.probe.weights"
  package static let biasKey = "weir.probe.bias"
  package static let firstStateKey = "weir.probe.first_state_weights"
  package static let meanStateKey = "weir.probe.mean_state_weights"
  package static let leastProbabilityKey = "weir.probe.min_acceptance"

  /// Reads the learned probe where the file has one, else the limit of the mean log-probability, else neither.
  ///
  /// - Parameter width: the generator's, which the state weights must have.
  init(_ file: GGUFFile, width: Int) throws(GeneratorFailure) {
    self.init()
    acceptance = try Self.acceptance(file, width: width)
    guard acceptance == nil, file.has(Self.leastMeanKey) else { return }
    leastMeanLogProbability = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      Double(try file.float(Self.leastMeanKey))
    }
  }

  private static func acceptance(_ file: GGUFFile, width: Int) throws(GeneratorFailure) -> AcceptanceModel? {
    guard file.has(featuresKey) else { return nil }
    let names = try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.strings(featuresKey) }
    let known = AcceptanceModel.Feature.allCases
    guard names.count <= known.count, Set(names).count == names.count else {
      throw .unsupportedMetadata(
        file: file.name, key: featuresKey, found: "\(names.count) names",
        allowed: "each of \(known.count) names at most once")
    }
    var features: [AcceptanceModel.Feature] = []
    for name in names {
      guard let feature = AcceptanceModel.Feature(rawValue: name) else {
        throw .unsupportedMetadata(
          file: file.name, key: featuresKey, found: String(name.prefix(40)),
          allowed: known.map(\.rawValue).joined(separator: ", "))
      }
      features.append(feature)
    }
    let weights = try numbers(file, weightsKey, count: features.count)
    let (bias, least) = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      (try file.float(biasKey), try file.float(leastProbabilityKey))
    }
    guard (0...1).contains(least) else {
      throw .unsupportedMetadata(file: file.name, key: leastProbabilityKey, found: "\(least)", allowed: "0 to 1")
    }
    return AcceptanceModel(
      features: features, weights: weights.map(Double.init), bias: Double(bias),
      firstStateWeights: file.has(firstStateKey) ? try numbers(file, firstStateKey, count: width) : [],
      meanStateWeights: file.has(meanStateKey) ? try numbers(file, meanStateKey, count: width) : [],
      leastProbability: Double(least))
  }

  private static func numbers(_ file: GGUFFile, _ key: String, count: Int) throws(GeneratorFailure) -> [Float] {
    let found = try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.floats(key) }
    guard found.count == count else {
      throw .unsupportedMetadata(file: file.name, key: key, found: "\(found.count) numbers", allowed: "\(count)")
    }
    return found
  }
}
