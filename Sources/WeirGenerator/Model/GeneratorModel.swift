package import WeirModelFiles
package import WeirTensor

/// A decoder's weights and tokenizer, read once and shared by all sessions.
package final class GeneratorModel: Sendable {
  /// What errors call the file.
  package let name: String
  package let shape: GeneratorShape
  /// Tokens that a session can hold: the file's context, or the limit given at load if that is less.
  package let context: Int
  /// [vocabulary x width]
  let embeddings: WeightMatrix
  let layers: [DecoderLayer]
  /// [width]
  let outputNorm: [Float]
  /// [vocabulary x width]; the embeddings again where the file ties them.
  let output: Projection
  let rotary: RotaryPositions
  /// Of the layers with a window; the same as `rotary` where the file does not tell them apart.
  let localRotary: RotaryPositions
  /// The largest rank of an adapter's update; 0 without adapters.
  let adapterRank: Int

  /// Bytes of packed weights, adapters included.
  package let weightBytes: Int

  /// Reads and packs every tensor of `file`; a tensor that this architecture does not use is refused, because a model
  /// that leaves weights out gives wrong answers. So is an adapter's tensor that changes nothing.
  ///
  /// - Parameters:
  ///   - adapters: applied all together; their order does not matter but for rounding.
  ///   - contextLimit: bounds the key/value cache; the file's context where it is less.
  package init(
    _ file: GGUFFile, adapters: [GeneratorAdapter] = [], contextLimit: Int = 4096
  ) throws(GeneratorFailure) {
    guard contextLimit >= 1 else {
      throw .badOption(name: "context", found: "\(contextLimit)", allowed: "1 token or more")
    }
    let shape = try GeneratorShape(file)
    var adapterReaders: [AdapterReader] = []
    for adapter in adapters { adapterReaders.append(try AdapterReader(adapter, base: file)) }
    var reader = TensorReader(file, adapters: adapterReaders)
    name = file.name
    self.shape = shape
    let positionCount = min(shape.context, contextLimit)
    context = positionCount
    embeddings = try reader.matrix("token_embd.weight", rows: shape.vocabulary, columns: shape.width)
    let ownOutput = try reader.projectionIfPresent("output", rows: shape.vocabulary, columns: shape.width)
    output = ownOutput ?? Projection(weights: embeddings)
    outputNorm = try reader.vector("output_norm.weight", count: shape.width)
    let factors = try reader.vectorIfPresent("rope_freqs.weight", count: shape.rotaryWidth / 2) ?? []
    if let bad = factors.first(where: { $0 <= 0 }) {
      throw .unsupportedMetadata(file: file.name, key: "rope_freqs.weight", found: "\(bad)", allowed: "numbers above 0")
    }
    var layers: [DecoderLayer] = []
    for index in 0..<shape.layers { layers.append(try reader.layer(index, of: shape)) }
    self.layers = layers
    try reader.checkAllUsed()
    // After the tensors, whose shapes bound the width of a head and so the tables' size.
    func positions(_ base: Float, _ scale: Float) -> RotaryPositions {
      RotaryPositions(shape: shape, base: base, scale: scale, factors: factors, positions: positionCount)
    }
    rotary = positions(shape.rotaryBase, shape.rotaryScale)
    localRotary = shape.window.map { positions($0.rotaryBase, $0.rotaryScale) } ?? rotary
    let projections = layers.flatMap(\.projections) + (ownOutput.map { [$0] } ?? [])
    weightBytes = projections.reduce(embeddings.byteCount) { $0 + $1.byteCount }
    adapterRank = projections.reduce(0) { max($0, $1.rank) }
  }

  /// The size of a session's keys and values.
  package func cacheShape(_ type: CacheType) -> CacheShape {
    CacheShape(type: type, layers: shape.layers, heads: shape.kvHeads, headWidth: shape.headWidth)
  }
}
