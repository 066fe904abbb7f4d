import WeirFiles
import WeirModelFiles
import WeirTensor

/// Takes a decoder's tensors out of a file, checks their shapes, and remembers which were taken.
struct TensorReader {
  private let file: GGUFFile
  private var used: Set<String> = []

  init(_ file: GGUFFile) { self.file = file }

  mutating func matrix(_ name: String, rows: Int, columns: Int) throws(GeneratorFailure) -> WeightMatrix {
    let (type, region) = try GeneratorFailure.reading { () throws(ModelFileFailure) in
      let tensor = try file.tensor(name, shape: [columns, rows])
      return (try tensor.type(), try tensor.region())
    }
    used.insert(name)
    do throws(TensorFailure) {
      return try region.withSpan { (bytes) throws(TensorFailure) in
        try WeightMatrix(type: type, rows: rows, columns: columns, bytes: bytes)
      }
    } catch { throw .tensor(file: file.name, tensor: name, error) }
  }

  mutating func matrixIfPresent(
    _ name: String, rows: Int, columns: Int
  ) throws(GeneratorFailure) -> WeightMatrix? {
    file.tensorIfPresent(name) == nil ? nil : try matrix(name, rows: rows, columns: columns)
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

  mutating func layer(_ index: Int, of shape: GeneratorShape) throws(GeneratorFailure) -> DecoderLayer {
    let prefix = "blk.\(index)."
    let (width, queryWidth, kvWidth, ffnWidth) = (shape.width, shape.queryWidth, shape.kvWidth, shape.ffnWidth)
    return DecoderLayer(
      attentionNorm: try vector(prefix + "attn_norm.weight", count: width),
      query: try matrix(prefix + "attn_q.weight", rows: queryWidth, columns: width),
      key: try matrix(prefix + "attn_k.weight", rows: kvWidth, columns: width),
      value: try matrix(prefix + "attn_v.weight", rows: kvWidth, columns: width),
      queryBias: try bias(prefix + "attn_q.bias", count: queryWidth, of: shape),
      keyBias: try bias(prefix + "attn_k.bias", count: kvWidth, of: shape),
      valueBias: try bias(prefix + "attn_v.bias", count: kvWidth, of: shape),
      attentionOutput: try matrix(prefix + "attn_output.weight", rows: width, columns: queryWidth),
      ffnNorm: try vector(prefix + "ffn_norm.weight", count: width),
      gate: try matrix(prefix + "ffn_gate.weight", rows: ffnWidth, columns: width),
      up: try matrix(prefix + "ffn_up.weight", rows: ffnWidth, columns: width),
      down: try matrix(prefix + "ffn_down.weight", rows: width, columns: ffnWidth))
  }

  private mutating func bias(
    _ name: String, count: Int, of shape: GeneratorShape
  ) throws(GeneratorFailure) -> [Float]? {
    shape.architecture.needsAttentionBias
      ? try vector(name, count: count) : try vectorIfPresent(name, count: count)
  }

  /// Throws for the first tensor of the file that nobody took.
  func checkAllUsed() throws(GeneratorFailure) {
    if let left = file.tensors.first(where: { !used.contains($0.name) }) {
      throw .unexpectedTensor(file: file.name, tensor: left.name)
    }
  }
}
