import WeirTensor

/// The memory of one running pass, for texts of up to `tokens` tokens: after the first pass nothing is allocated.
// @unchecked Sendable because the encoder's pool hands a scratch to one pass at a time.
final class EncoderScratch: @unchecked Sendable {
  let tokens: Int
  /// tokens x width: the stream of hidden states.
  let hidden: FloatBuffer
  /// tokens x width: what a layer's half adds to it.
  let update: FloatBuffer
  /// tokens x the wider of 3 * width (query, key, value) and feedForward.
  let wide: FloatBuffer
  let attention: FloatBuffer
  let activations: Activations

  init(tokens: Int, shape: EncoderShape) {
    self.tokens = tokens
    hidden = FloatBuffer(count: tokens * shape.width)
    update = FloatBuffer(count: tokens * shape.width)
    wide = FloatBuffer(count: tokens * max(3 * shape.width, shape.feedForward))
    attention = FloatBuffer(count: Kernels.attentionScratch(tokens: tokens, headWidth: shape.headWidth))
    activations = Activations(capacity: tokens * max(shape.width, shape.feedForward))
  }
}
