import WeirModelFiles
import WeirTensor

/// The weights of a BERT encoder in the order of the computation; llama.cpp's tensor names.
struct EncoderWeights: Sendable {
  /// Weight and bias of a layer norm.
  struct Norm: Sendable {
    let weight: [Float]
    let bias: [Float]
  }

  struct Layer: Sendable {
    /// Query, key and value in one map: width -> 3 * width.
    let queryKeyValue: LinearMap
    let attentionOutput: LinearMap
    let attentionNorm: Norm
    /// width -> feedForward
    let up: LinearMap
    /// feedForward -> width
    let down: LinearMap
    let outputNorm: Norm
  }

  /// vocabulary x width
  let tokens: TokenTable
  /// context x width: the position's embedding plus that of the first token type, the only one of single texts.
  let positions: [Float]
  let embeddingNorm: Norm
  private(set) var layers: [Layer] = []

  /// Reads the file and rounds its linear maps to int8, whatever their type there, smoothed by what `calibrating` (a few
  /// texts as token ids) shows of their inputs.
  init(
    _ file: GGUFFile, shape: EncoderShape, calibrating texts: [[Int32]], kernels: Kernels
  ) throws(EncoderFailure) {
    let reader = EncoderWeightReader(file: file)
    let width = shape.width
    tokens = try reader.tokens("token_embd.weight", columns: width, rows: shape.vocabulary)
    let types = try reader.table("token_types.weight", columns: width, atLeast: 1)
    var positions = try reader.table("position_embd.weight", columns: width, atLeast: shape.context)
    for row in 0..<shape.context {
      for column in 0..<width { positions[row * width + column] += types[column] }
    }
    self.positions = positions
    embeddingNorm = try reader.norm("token_embd_norm", width)
    var stored: [StoredLayer] = []
    for index in 0..<shape.layers { stored.append(try StoredLayer(reader, index: index, shape: shape)) }
    do throws(TensorFailure) {
      for index in stored.indices { layers.append(try stored[index].plain(kernels: kernels)) }
      let scratch = EncoderScratch(tokens: texts.map(\.count).max() ?? 0, shape: shape)
      var calibration: EncoderCalibration? = EncoderCalibration(layers: shape.layers)
      for text in texts { _ = run([text], shape: shape, scratch: scratch, kernels: kernels, observing: &calibration) }
      guard let calibration else { return }
      for (index, layer) in stored.enumerated() {
        layers[index] = try layer.smoothed(by: calibration, index: index, kernels: kernels)
      }
    } catch {
      throw .weights(file: file.name, tensor: "blk", error)
    }
  }
}

/// A layer as the file has it.
private struct StoredLayer {
  var queryKeyValue: StoredLinear
  var attentionOutput: StoredLinear
  let attentionNorm: EncoderWeights.Norm
  var up: StoredLinear
  var down: StoredLinear
  let outputNorm: EncoderWeights.Norm

  init(_ reader: EncoderWeightReader, index: Int, shape: EncoderShape) throws(EncoderFailure) {
    let (block, width) = ("blk.\(index).", shape.width)
    queryKeyValue = try reader.fused(layer: index, width: width)
    attentionOutput = try reader.linear(block + "attn_output", columns: width, rows: width)
    attentionNorm = try reader.norm(block + "attn_output_norm", width)
    up = try reader.linear(block + "ffn_up", columns: width, rows: shape.feedForward)
    down = try reader.linear(block + "ffn_down", columns: shape.feedForward, rows: width)
    outputNorm = try reader.norm(block + "layer_output_norm", width)
  }

  /// As the file has it, rounded.
  mutating func plain(kernels: Kernels) throws(TensorFailure) -> EncoderWeights.Layer {
    EncoderWeights.Layer(
      queryKeyValue: try queryKeyValue.plain(kernels: kernels),
      attentionOutput: try attentionOutput.plain(kernels: kernels), attentionNorm: attentionNorm,
      up: try up.plain(kernels: kernels), down: try down.plain(kernels: kernels), outputNorm: outputNorm)
  }

  /// Smoothed by what layer `index` of the calibration has seen.
  func smoothed(
    by calibration: EncoderCalibration, index: Int, kernels: Kernels
  ) throws(TensorFailure) -> EncoderWeights.Layer {
    func map(_ linear: StoredLinear, _ input: EncoderCalibration.Input) throws(TensorFailure) -> LinearMap {
      try linear.smoothed(for: calibration[index, input], kernels: kernels)
    }
    return EncoderWeights.Layer(
      queryKeyValue: try map(queryKeyValue, .queryKeyValue),
      attentionOutput: try map(attentionOutput, .attentionOutput), attentionNorm: attentionNorm,
      up: try map(up, .up), down: try map(down, .down), outputNorm: outputNorm)
  }
}
