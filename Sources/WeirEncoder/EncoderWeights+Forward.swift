import WeirModelFiles
import WeirTensor

/// BERT's forward pass (Devlin et al., 2018), norms after the additions, without padding.
///
/// Several texts go through the linear maps together, each token for itself, and attend each for itself: a text gets
/// the same bits alone and among others.
extension EncoderWeights {
  func run(_ texts: [[Int32]], shape: EncoderShape, scratch: EncoderScratch, kernels: Kernels) -> [[Float]] {
    var nothing: EncoderCalibration?
    return run(texts, shape: shape, scratch: scratch, kernels: kernels, observing: &nothing)
  }

  /// For each text the unit-length mean of the last layer's hidden states over all tokens, [CLS] and [SEP] included, or
  /// the first's hidden state, as the shape's pooling says.
  ///
  /// Ids lie inside the vocabulary, and `scratch` holds as many tokens as all texts have.
  func run(
    _ texts: [[Int32]], shape: EncoderShape, scratch: EncoderScratch, kernels: Kernels,
    observing calibration: inout EncoderCalibration?
  ) -> [[Float]] {
    let lengths = texts.map(\.count)
    let width = shape.width
    let count = lengths.reduce(0, +)
    let hidden = scratch.hidden[0..<count * width]
    let update = scratch.update[0..<count * width]
    let projections = scratch.projections[0..<count * 3 * width]
    let (codes, inner) = (scratch.codes, scratch.innerCodes)
    func finish(_ norm: Norm, for next: LinearMap?) {
      kernels.finish(
        hidden, adding: update, weight: norm.weight, bias: norm.bias, epsilon: shape.epsilon, for: next, into: codes)
    }

    var row = 0
    for text in texts {
      for identifier in text {
        tokens.row(identifier, into: hidden.row(row, width: width), kernels: kernels)
        row += 1
      }
      update[(row - text.count) * width..<row * width].assign(positions[0..<text.count * width])
    }
    finish(embeddingNorm, for: layers.first?.queryKeyValue)
    for (index, layer) in layers.enumerated() {
      calibration?.add(codes, layer: index, .queryKeyValue)
      kernels.multiply(layer.queryKeyValue, codes, into: projections)
      var first = 0
      for length in lengths {
        kernels.attendTogether(
          qkv: projections[first * 3 * width..<(first + length) * 3 * width], tokens: length, heads: shape.heads,
          headWidth: shape.headWidth, scratch: scratch.attention.view,
          into: update[first * width..<(first + length) * width])
        first += length
      }
      kernels.encode(update, for: layer.attentionOutput, into: codes)
      calibration?.add(codes, layer: index, .attentionOutput)
      kernels.multiply(layer.attentionOutput, codes, into: update)
      finish(layer.attentionNorm, for: layer.up)
      calibration?.add(codes, layer: index, .up)
      kernels.multiplyGelu(layer.up, codes, for: layer.down, strip: scratch.strip.view, into: inner)
      calibration?.add(inner, layer: index, .down)
      kernels.multiply(layer.down, inner, into: update)
      finish(layer.outputNorm, for: index + 1 < layers.count ? layers[index + 1].queryKeyValue : nil)
    }

    var first = 0
    return lengths.map { length in
      defer { first += length }
      let result = hidden.row(first, width: width)
      if shape.pooling == .mean {
        for token in first + 1..<first + length { kernels.add(hidden.row(token, width: width), to: result) }
      }
      kernels.normalizeLength(result)
      return result.array
    }
  }
}
