import WeirTensor

/// BERT's forward pass (Devlin et al., 2018), norms after the additions, for one text without padding.
extension EncoderWeights {
  /// The unit-length mean of the last layer's hidden states over all tokens, [CLS] and [SEP] included, or the first's
  /// hidden state, as the shape's pooling says.
  ///
  /// `identifiers` lie inside the vocabulary, and `scratch` holds as many tokens.
  func embed(
    _ identifiers: [Int32], shape: EncoderShape, scratch: EncoderScratch, kernels: Kernels
  ) -> [Float] {
    let count = identifiers.count
    let width = shape.width
    let hidden = scratch.hidden[0..<count * width]
    let update = scratch.update[0..<count * width]
    for (position, identifier) in identifiers.enumerated() {
      tokens.dequantizeRow(Int(identifier), into: hidden.row(position, width: width))
    }
    update.assign(Array(positions[0..<count * width]))
    finish(hidden, adding: update, norm: embeddingNorm, shape: shape, kernels: kernels)
    for layer in layers {
      attend(layer, hidden, update, tokens: count, shape: shape, scratch: scratch, kernels: kernels)
      finish(hidden, adding: update, norm: layer.attentionNorm, shape: shape, kernels: kernels)
      feedForward(layer, hidden, update, tokens: count, shape: shape, scratch: scratch, kernels: kernels)
      finish(hidden, adding: update, norm: layer.outputNorm, shape: shape, kernels: kernels)
    }
    if shape.pooling == .first {
      let first = hidden.row(0, width: width)
      kernels.normalizeLength(first)
      return first.array
    }
    let mean = update.row(0, width: width)
    mean.fill(0)
    for token in 0..<count { kernels.add(hidden.row(token, width: width), to: mean) }
    kernels.normalizeLength(mean)
    return mean.array
  }

  /// update = the attention half of a layer
  private func attend(
    _ layer: Layer, _ hidden: FloatView, _ update: FloatView, tokens count: Int, shape: EncoderShape,
    scratch: EncoderScratch, kernels: Kernels
  ) {
    let projections = scratch.wide[0..<count * 3 * shape.width]
    scratch.activations.load(hidden, tokens: count, columns: shape.width)
    layer.queryKeyValue.apply(scratch.activations, into: projections, kernels: kernels)
    kernels.attendAll(
      qkv: projections, tokens: count, heads: shape.heads, headWidth: shape.headWidth,
      scratch: scratch.attention.view, into: update)
    // The projections are not needed any more: their memory takes what the heads have gathered.
    let gathered = projections[0..<update.count]
    gathered.assign(update)
    scratch.activations.load(gathered, tokens: count, columns: shape.width)
    layer.attentionOutput.apply(scratch.activations, into: update, kernels: kernels)
  }

  /// update = the feed-forward half of a layer
  private func feedForward(
    _ layer: Layer, _ hidden: FloatView, _ update: FloatView, tokens count: Int, shape: EncoderShape,
    scratch: EncoderScratch, kernels: Kernels
  ) {
    let inner = scratch.wide[0..<count * shape.feedForward]
    scratch.activations.load(hidden, tokens: count, columns: shape.width)
    layer.up.apply(scratch.activations, into: inner, kernels: kernels)
    kernels.gelu(inner)
    scratch.activations.load(inner, tokens: count, columns: shape.feedForward)
    layer.down.apply(scratch.activations, into: update, kernels: kernels)
  }

  /// hidden = norm(hidden + update), token by token
  private func finish(
    _ hidden: FloatView, adding update: FloatView, norm: Norm, shape: EncoderShape, kernels: Kernels
  ) {
    kernels.add(update, to: hidden)
    for token in 0..<hidden.count / shape.width {
      let row = hidden.row(token, width: shape.width)
      kernels.layerNorm(row, weight: norm.weight, bias: norm.bias, epsilon: shape.epsilon, into: row)
    }
  }
}

extension EncoderWeights.Linear {
  fileprivate func apply(_ x: Activations, into y: FloatView, kernels: Kernels) {
    weight.multiply(x, bias: bias, into: y, kernels: kernels)
  }
}
