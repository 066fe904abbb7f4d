package import WeirModelFiles
import WeirTensor

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
  let output: WeightMatrix
  let rotary: RotaryPositions

  /// Bytes of packed weights.
  package var weightBytes: Int {
    var bytes = embeddings.byteCount + (output === embeddings ? 0 : output.byteCount)
    for layer in layers {
      for matrix in [
        layer.query, layer.key, layer.value, layer.attentionOutput, layer.gate, layer.up, layer.down,
      ] {
        bytes += matrix.byteCount
      }
    }
    return bytes
  }

  /// Reads and packs every tensor of `file`; a tensor that this architecture does not use is refused, because a model
  /// that leaves weights out gives wrong answers.
  ///
  /// - Parameter contextLimit: bounds the key/value cache; the file's context where it is less.
  package init(_ file: GGUFFile, contextLimit: Int = 4096) throws(GeneratorFailure) {
    guard contextLimit >= 1 else {
      throw .badOption(name: "context", found: "\(contextLimit)", allowed: "1 token or more")
    }
    let shape = try GeneratorShape(file)
    var reader = TensorReader(file)
    name = file.name
    self.shape = shape
    context = min(shape.context, contextLimit)
    embeddings = try reader.matrix("token_embd.weight", rows: shape.vocabulary, columns: shape.width)
    output =
      try reader.matrixIfPresent("output.weight", rows: shape.vocabulary, columns: shape.width) ?? embeddings
    outputNorm = try reader.vector("output_norm.weight", count: shape.width)
    let factors = try reader.vectorIfPresent("rope_freqs.weight", count: shape.rotaryWidth / 2) ?? []
    if let bad = factors.first(where: { $0 <= 0 }) {
      throw .unsupportedMetadata(file: file.name, key: "rope_freqs.weight", found: "\(bad)", allowed: "numbers above 0")
    }
    rotary = RotaryPositions(shape: shape, factors: factors, positions: context)
    var layers: [DecoderLayer] = []
    for index in 0..<shape.layers { layers.append(try reader.layer(index, of: shape)) }
    self.layers = layers
    try reader.checkAllUsed()
  }
}
