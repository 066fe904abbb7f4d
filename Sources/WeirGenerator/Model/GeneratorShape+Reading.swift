package import WeirModelFiles

extension GeneratorShape {
  /// Reads and checks the metadata of `file`; throws the first thing that this generator cannot run.
  package init(_ file: GGUFFile) throws(GeneratorFailure) {
    let architecture = try Self.architecture(of: file)
    let reader = ShapeReader(file: file, prefix: architecture.rawValue)
    layers = try reader.count("block_count", 1...1024)
    width = try reader.count("embedding_length", 1...Self.largestWidth)
    heads = try reader.count("attention.head_count", 1...width)
    kvHeads = try reader.count("attention.head_count_kv", 1...heads, default: heads)
    try reader.require(
      heads.isMultiple(of: kvHeads), "attention.head_count_kv", "\(kvHeads)", "a divisor of the \(heads) heads")
    try reader.require(
      reader.has("attention.key_length") || width.isMultiple(of: heads), "attention.head_count", "\(heads)",
      "a divisor of the width \(width)")
    headWidth = try reader.count("attention.key_length", 1...Self.largestHead, default: width / heads)
    let valueWidth = try reader.count("attention.value_length", 1...Self.largestHead, default: headWidth)
    try reader.require(
      valueWidth == headWidth, "attention.value_length", "\(valueWidth)", "the key length \(headWidth)")
    epsilon = try reader.number("attention.layer_norm_rms_epsilon")
    context = try reader.count("context_length", 1...Self.longestContext)
    mixture = try MixtureShape(reader, architecture)
    // A mixture may state the width of a dense network that it does not have.
    ffnWidth = try reader.count("feed_forward_length", 1...Self.largestWidth, default: mixture?.width)
    rotaryWidth = try reader.count("rope.dimension_count", 0...headWidth, default: headWidth)
    try reader.require(rotaryWidth.isMultiple(of: 2), "rope.dimension_count", "\(rotaryWidth)", "an even number")
    rotaryBase = try reader.number("rope.freq_base", default: 10_000)
    rotaryScale = try Self.rotaryScale(reader)
    // The largest models of these two families divide by the share of a head in the width instead.
    let isLargest = architecture == .gemma2 && layers == 46 || architecture == .gemma3 && layers == 62
    attentionScale = 1 / Float(isLargest ? width / heads : headWidth).squareRoot()
    attentionCap = architecture == .gemma2 ? try reader.cap("attn_logit_softcapping", default: 50) : nil
    outputCap =
      architecture.normalisesOutputs
      ? try reader.cap("final_logit_softcapping", default: architecture == .gemma2 ? 30 : nil) : nil
    // The table of embeddings is the vocabulary; the metadata key is a copy that older files lack.
    vocabulary = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      try file.tensor("token_embd.weight").rows
    }
    let stated = try reader.count("vocab_size", 0...Int(Int32.max), default: vocabulary)
    try reader.require(stated == vocabulary, "vocab_size", "\(stated)", "the \(vocabulary) rows of token_embd.weight")
    self.architecture = architecture
    window = try AttentionWindow(
      reader, architecture, layers: layers, base: rotaryBase, scale: rotaryScale)
  }

  /// Bounds that keep the products of two sizes far from overflow.
  static let largestWidth = 1 << 20
  private static let largestHead = 1 << 16
  private static let longestContext = 1 << 24

  private static func architecture(of file: GGUFFile) throws(GeneratorFailure) -> GeneratorArchitecture {
    let (name, type) = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      (try file.architecture, try file.string("general.type", default: "model"))
    }
    guard type == "model" else {
      throw .unsupportedMetadata(
        file: file.name, key: "general.type", found: type,
        allowed: "model (an adapter goes to models.adapters, beside its model)")
    }
    guard let architecture = GeneratorArchitecture(rawValue: name) else {
      throw .unsupportedArchitecture(
        file: file.name, found: name, allowed: GeneratorArchitecture.allCases.map(\.rawValue))
    }
    return architecture
  }

  /// Linear scaling, as llama.cpp reads it: a factor without a type is linear.
  private static func rotaryScale(_ reader: ShapeReader) throws(GeneratorFailure) -> Float {
    switch try reader.text("rope.scaling.type") {
    case "none": return 1
    case "linear": return try reader.number("rope.scaling.factor")
    case nil:
      if let factor = try reader.cap("rope.scaling.factor") { return factor }
      return try reader.cap("rope.scale_linear") ?? 1
    case .some(let other):
      throw .unsupportedMetadata(
        file: reader.file.name, key: "\(reader.prefix).rope.scaling.type", found: other, allowed: "none or linear")
    }
  }
}

extension AttentionWindow {
  /// Nil where the architecture has none, or the file states a window of 0.
  init?(
    _ reader: ShapeReader, _ architecture: GeneratorArchitecture, layers: Int, base: Float, scale: Float
  ) throws(GeneratorFailure) {
    guard let standard = architecture.windowPeriod else { return nil }
    let size = try reader.count(
      "attention.sliding_window", 0...Int(Int32.max), default: architecture == .gemma2 ? 4096 : 0)
    if size == 0 { return nil }
    let key = "attention.sliding_window_pattern"
    if case .array(let array) = reader.file.value("\(reader.prefix).\(key)") {
      let flags = array.flags
      try reader.require(flags?.count == layers, key, "\(array.count) values", "\(layers) truth values, one a layer")
      isLocal = flags ?? []
    } else {
      let period = try reader.count(key, 0...layers * 1024, default: standard)
      isLocal = (0..<layers).map { period == 0 || $0 % period < period - 1 }
    }
    self.size = size
    rotaryBase = try reader.number("rope.freq_base_swa", default: architecture == .gemma3 ? 10_000 : base)
    rotaryScale = architecture == .gemma3 ? 1 : scale
  }
}

extension MixtureShape {
  /// Nil where the file has no experts.
  init?(_ reader: ShapeReader, _ architecture: GeneratorArchitecture) throws(GeneratorFailure) {
    let most = 1024
    switch architecture.mixture {
    case .never:
      let experts = try reader.count("expert_count", 0...Int(UInt32.max), default: 0)
      try reader.require(experts == 0, "expert_count", "\(experts)", "0 for this architecture")
      return nil
    case .whereStated:
      experts = try reader.count("expert_count", 0...most, default: 0)
      if experts == 0 { return nil }
    case .always:
      experts = try reader.count("expert_count", 1...most)
    }
    used = try reader.count("expert_used_count", 1...experts)
    let groups = try reader.count("expert_group_count", 0...Int(UInt32.max), default: 0)
    try reader.require(groups <= 1, "expert_group_count", "\(groups)", "0 or 1: groups of experts are not supported")
    let gating = try reader.count("expert_gating_func", 0...Int(UInt32.max), default: 1)
    try reader.require(gating <= 1, "expert_gating_func", "\(gating)", "1 (softmax)")
    let range = 1...GeneratorShape.largestWidth
    // Mixtral's experts have the width that the file gives for the dense network.
    let stated = architecture == .llama ? nil : "expert_feed_forward_length"
    if let stated, reader.has(stated) {
      width = try reader.count(stated, range)
    } else {
      let dense = try reader.count("feed_forward_length", range)
      width = architecture == .llama ? dense : max(dense / used, 1)
    }
    if architecture.hasSharedExpert {
      let key = "expert_shared_feed_forward_length"
      sharedWidth = try reader.count(reader.has(key) ? key : "feed_forward_length", range)
    }
    normalisesWeights = architecture.normalisesExpertWeights
    weightScale = try reader.cap("expert_weights_scale") ?? 1
  }
}
