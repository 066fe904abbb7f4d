import WeirModelFiles
import WeirTensor

/// The weights of a BERT encoder in the order of the computation; llama.cpp's tensor names.
struct EncoderWeights: Sendable {
  /// Weight and bias of a linear map.
  struct Linear: Sendable {
    let weight: WeightMatrix
    let bias: [Float]
  }

  /// Weight and bias of a layer norm.
  struct Norm: Sendable {
    let weight: [Float]
    let bias: [Float]
  }

  struct Layer: Sendable {
    /// Query, key and value in one matrix: width -> 3 * width.
    let queryKeyValue: Linear
    let attentionOutput: Linear
    let attentionNorm: Norm
    /// width -> feedForward
    let up: Linear
    /// feedForward -> width
    let down: Linear
    let outputNorm: Norm
  }

  /// vocabulary x width
  let tokens: WeightMatrix
  /// context x width: the position's embedding plus that of the first token type, the only one of single texts.
  let positions: [Float]
  let embeddingNorm: Norm
  let layers: [Layer]

  init(_ file: GGUFFile, shape: EncoderShape) throws(EncoderFailure) {
    let reader = EncoderWeightReader(file: file)
    let width = shape.width
    tokens = try reader.matrix("token_embd.weight", columns: width, rows: shape.vocabulary)
    let types = try reader.table("token_types.weight", columns: width, atLeast: 1)
    var positions = try reader.table("position_embd.weight", columns: width, atLeast: shape.context)
    for index in 0..<shape.context * width { positions[index] += types[index % width] }
    self.positions = positions
    embeddingNorm = try reader.norm("token_embd_norm", width)
    var layers: [Layer] = []
    for index in 0..<shape.layers {
      let block = "blk.\(index)."
      layers.append(
        Layer(
          queryKeyValue: try reader.fused(layer: index, width: width),
          attentionOutput: try reader.linear(block + "attn_output", columns: width, rows: width),
          attentionNorm: try reader.norm(block + "attn_output_norm", width),
          up: try reader.linear(block + "ffn_up", columns: width, rows: shape.feedForward),
          down: try reader.linear(block + "ffn_down", columns: shape.feedForward, rows: width),
          outputNorm: try reader.norm(block + "layer_output_norm", width)))
    }
    self.layers = layers
  }
}
