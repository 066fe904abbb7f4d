import WeirModelFiles
import WeirTensor

/// Takes a decoder's tensors out of a file, checks their shapes, and remembers which were taken.
struct TensorReader {
  private let file: GGUFFile
  private var adapters: [AdapterReader]
  private var used: Set<String> = []

  init(_ file: GGUFFile, adapters: [AdapterReader]) {
    self.file = file
    self.adapters = adapters
  }

  mutating func matrix(_ name: String, rows: Int, columns: Int) throws(GeneratorFailure) -> WeightMatrix {
    used.insert(name)
    return try file.matrices(name, count: 1, rows: rows, columns: columns)[0]
  }

  mutating func vector(_ name: String, count: Int) throws(GeneratorFailure) -> [Float] {
    let values = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      try file.tensor(name, shape: [count]).floats()
    }
    used.insert(name)
    return values
  }

  mutating func vectorIfPresent(_ name: String, count: Int) throws(GeneratorFailure) -> [Float]? {
    file.tensorIfPresent(name) == nil ? nil : try vector(name, count: count)
  }

  /// `name`.weight, `name`.bias where there is one, and what the adapters add to the weights.
  mutating func projection(
    _ name: String, rows: Int, columns: Int, needsBias: Bool = false
  ) throws(GeneratorFailure) -> Projection {
    var result = Projection(weights: try matrix(name + ".weight", rows: rows, columns: columns))
    result.bias =
      needsBias ? try vector(name + ".bias", count: rows) : try vectorIfPresent(name + ".bias", count: rows)
    for index in adapters.indices {
      let updates = try adapters[index].updates(name + ".weight", count: 1, rows: rows, columns: columns)
      result.updates += updates
    }
    return result
  }

  mutating func projectionIfPresent(_ name: String, rows: Int, columns: Int) throws(GeneratorFailure) -> Projection? {
    file.tensorIfPresent(name + ".weight") == nil ? nil : try projection(name, rows: rows, columns: columns)
  }

  /// One projection an expert, from a tensor of three dimensions.
  private mutating func projections(
    _ name: String, count: Int, rows: Int, columns: Int
  ) throws(GeneratorFailure) -> [Projection] {
    used.insert(name + ".weight")
    var result = try file.matrices(name + ".weight", count: count, rows: rows, columns: columns).map {
      Projection(weights: $0)
    }
    for index in adapters.indices {
      let updates = try adapters[index].updates(name + ".weight", count: count, rows: rows, columns: columns)
      for (expert, update) in updates.enumerated() { result[expert].updates.append(update) }
    }
    return result
  }

  mutating func layer(_ index: Int, of shape: GeneratorShape) throws(GeneratorFailure) -> DecoderLayer {
    let prefix = "blk.\(index)."
    let (width, queryWidth, kvWidth) = (shape.width, shape.queryWidth, shape.kvWidth)
    let needsBias = shape.architecture.needsAttentionBias
    let (hasHeadNorms, hasOutputNorms) = (shape.architecture.normalisesHeads, shape.architecture.normalisesOutputs)
    return DecoderLayer(
      attentionNorm: try vector(prefix + "attn_norm.weight", count: width),
      query: try projection(prefix + "attn_q", rows: queryWidth, columns: width, needsBias: needsBias),
      key: try projection(prefix + "attn_k", rows: kvWidth, columns: width, needsBias: needsBias),
      value: try projection(prefix + "attn_v", rows: kvWidth, columns: width, needsBias: needsBias),
      queryNorm: hasHeadNorms ? try vector(prefix + "attn_q_norm.weight", count: shape.headWidth) : nil,
      keyNorm: hasHeadNorms ? try vector(prefix + "attn_k_norm.weight", count: shape.headWidth) : nil,
      attentionOutput: try projection(prefix + "attn_output", rows: width, columns: queryWidth),
      attentionOutputNorm: hasOutputNorms ? try vector(prefix + "post_attention_norm.weight", count: width) : nil,
      ffnNorm: try vector(prefix + "ffn_norm.weight", count: width),
      feedForward: try feedForward(prefix, of: shape),
      ffnOutputNorm: hasOutputNorms ? try vector(prefix + "post_ffw_norm.weight", count: width) : nil)
  }

  private mutating func feedForward(_ prefix: String, of shape: GeneratorShape) throws(GeneratorFailure) -> FeedForward
  {
    guard let mixture = shape.mixture else {
      return .dense(try network(prefix, suffix: "", width: shape.width, inner: shape.ffnWidth))
    }
    let router = try projection(prefix + "ffn_gate_inp", rows: mixture.experts, columns: shape.width)
    let (inner, width) = (mixture.width, shape.width)
    let gates = try projections(prefix + "ffn_gate_exps", count: mixture.experts, rows: inner, columns: width)
    let ups = try projections(prefix + "ffn_up_exps", count: mixture.experts, rows: inner, columns: width)
    let downs = try projections(prefix + "ffn_down_exps", count: mixture.experts, rows: width, columns: inner)
    var shared: ExpertMixture.Shared?
    if let inner = mixture.sharedWidth {
      shared = ExpertMixture.Shared(
        gate: try vector(prefix + "ffn_gate_inp_shexp.weight", count: width),
        network: try network(prefix, suffix: "_shexp", width: width, inner: inner))
    }
    let experts = gates.indices.map { GatedNetwork(gate: gates[$0], up: ups[$0], down: downs[$0]) }
    return .mixture(ExpertMixture(shape: mixture, router: router, experts: experts, shared: shared))
  }

  private mutating func network(
    _ prefix: String, suffix: String, width: Int, inner: Int
  ) throws(GeneratorFailure) -> GatedNetwork {
    GatedNetwork(
      gate: try projection(prefix + "ffn_gate" + suffix, rows: inner, columns: width),
      up: try projection(prefix + "ffn_up" + suffix, rows: inner, columns: width),
      down: try projection(prefix + "ffn_down" + suffix, rows: width, columns: inner))
  }

  /// Throws for the first tensor of the file, or of an adapter, that nobody took.
  func checkAllUsed() throws(GeneratorFailure) {
    if let left = file.tensors.first(where: { !used.contains($0.name) }) {
      throw .unexpectedTensor(file: file.name, tensor: left.name)
    }
    for adapter in adapters { try adapter.checkAllUsed(base: file.name) }
  }
}

extension GGUFFile {
  /// `count` matrices that lie one after another in the tensor `name`: [columns, rows, count].
  func matrices(
    _ name: String, count: Int, rows: Int, columns: Int
  ) throws(GeneratorFailure) -> [WeightMatrix] {
    let weights = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      try tensor(name, shape: count == 1 ? [columns, rows] : [columns, rows, count]).weights()
    }
    do throws(TensorFailure) {
      return try weights.matrices(count: count, rows: rows, columns: columns)
    } catch { throw .tensor(file: self.name, tensor: name, error) }
  }
}
