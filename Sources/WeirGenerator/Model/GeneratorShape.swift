package import WeirModelFiles

/// The sizes of a decoder, read from GGUF metadata and checked against each other before any tensor is touched.
package struct GeneratorShape: Sendable, Equatable {
  package var architecture: GeneratorArchitecture
  package var layers: Int
  /// Elements of a token's hidden state.
  package var width: Int
  package var ffnWidth: Int
  package var heads: Int
  /// Heads of keys and values; each serves `heads / kvHeads` query heads.
  package var kvHeads: Int
  package var headWidth: Int
  /// The first elements of each head that turn with the position; even.
  package var rotaryWidth: Int
  package var rotaryBase: Float
  /// Positions are divided by this (linear scaling); 1 where there is none.
  package var rotaryScale: Float
  package var epsilon: Float
  /// Tokens the model was trained to see at once.
  package var context: Int
  package var vocabulary: Int

  /// Elements of all keys, or of all values, of one token in one layer.
  package var kvWidth: Int { kvHeads * headWidth }
  /// Elements of all query heads of one token.
  package var queryWidth: Int { heads * headWidth }

  package init(_ file: GGUFFile) throws(GeneratorFailure) {
    let name = try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.architecture }
    guard let architecture = GeneratorArchitecture(rawValue: name) else {
      throw .unsupportedArchitecture(
        file: file.name, found: name, allowed: GeneratorArchitecture.allCases.map(\.rawValue))
    }
    func count(_ key: String, _ allowed: ClosedRange<Int>, default fallback: Int? = nil) throws(GeneratorFailure) -> Int
    {
      let key = "\(name).\(key)"
      if let fallback, !file.has(key) { return fallback }
      return try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.uint(key, in: allowed) }
    }
    func number(_ key: String, default fallback: Float? = nil) throws(GeneratorFailure) -> Float {
      let key = "\(name).\(key)"
      if let fallback, !file.has(key) { return fallback }
      let value = try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.float(key) }
      guard value > 0 else {
        throw .unsupportedMetadata(file: file.name, key: key, found: "\(value)", allowed: "a number above 0")
      }
      return value
    }
    func require(_ holds: Bool, _ key: String, _ found: String, _ allowed: String) throws(GeneratorFailure) {
      if !holds {
        throw .unsupportedMetadata(file: file.name, key: "\(name).\(key)", found: found, allowed: allowed)
      }
    }

    self.architecture = architecture
    layers = try count("block_count", 1...1024)
    width = try count("embedding_length", 1...Self.largestWidth)
    ffnWidth = try count("feed_forward_length", 1...Self.largestWidth)
    heads = try count("attention.head_count", 1...width)
    kvHeads = try count("attention.head_count_kv", 1...heads, default: heads)
    try require(
      heads.isMultiple(of: kvHeads), "attention.head_count_kv", "\(kvHeads)", "a divisor of the \(heads) heads")
    try require(
      file.has("\(name).attention.key_length") || width.isMultiple(of: heads), "attention.head_count", "\(heads)",
      "a divisor of the width \(width)")
    headWidth = try count("attention.key_length", 1...Self.largestWidth, default: width / heads)
    let valueWidth = try count("attention.value_length", 1...Self.largestWidth, default: headWidth)
    try require(valueWidth == headWidth, "attention.value_length", "\(valueWidth)", "the key length \(headWidth)")
    rotaryWidth = try count("rope.dimension_count", 0...headWidth, default: headWidth)
    try require(rotaryWidth.isMultiple(of: 2), "rope.dimension_count", "\(rotaryWidth)", "an even number")
    rotaryBase = try number("rope.freq_base", default: 10_000)
    epsilon = try number("attention.layer_norm_rms_epsilon")
    context = try count("context_length", 1...Self.longestContext)
    let experts = try count("expert_count", 0...Int(UInt32.max), default: 0)
    try require(experts == 0, "expert_count", "\(experts)", "0: mixtures of experts are not supported")

    let scalingKey = "\(name).rope.scaling.type"
    let scaling = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      try file.string(scalingKey, default: "none")
    }
    switch scaling {
    case "none": rotaryScale = 1
    case "linear": rotaryScale = try number("rope.scaling.factor")
    default:
      throw .unsupportedMetadata(file: file.name, key: scalingKey, found: scaling, allowed: "none or linear")
    }
    // The table of embeddings is the vocabulary; the metadata key is a copy that older files lack.
    vocabulary = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      try file.tensor("token_embd.weight").rows
    }
    let stated = try count("vocab_size", 0...Int(Int32.max), default: vocabulary)
    try require(stated == vocabulary, "vocab_size", "\(stated)", "the \(vocabulary) rows of token_embd.weight")
  }

  /// Bounds that keep the products of two sizes far from overflow.
  private static let largestWidth = 1 << 20
  private static let longestContext = 1 << 24
}
