import WeirTensor

/// The memory of one running pass, for up to `tokens` tokens: after the first pass nothing is allocated.
// @unchecked Sendable because the encoder's pool hands a scratch to one pass at a time.
final class EncoderScratch: @unchecked Sendable {
  let tokens: Int
  /// tokens x width: the stream of hidden states.
  let hidden: FloatBuffer
  /// tokens x width: what a layer's half adds to it.
  let update: FloatBuffer
  /// tokens x 3 * width: query, key and value.
  let projections: FloatBuffer
  /// tokens x 128: a part of the feed-forward's middle.
  let strip: FloatBuffer
  let attention: FloatBuffer
  /// What the maps read: of the width, and of the feed-forward's middle.
  let codes: TokenCodes
  let innerCodes: TokenCodes

  init(tokens: Int, shape: EncoderShape) {
    self.tokens = tokens
    hidden = FloatBuffer(count: tokens * shape.width)
    update = FloatBuffer(count: tokens * shape.width)
    projections = FloatBuffer(count: tokens * 3 * shape.width)
    strip = FloatBuffer(count: tokens * LinearMap.columnsPerScale)
    attention = FloatBuffer(count: Kernels.attentionScratch(tokens: tokens, headWidth: shape.headWidth))
    codes = TokenCodes(tokens: tokens, columns: shape.width)
    innerCodes = TokenCodes(tokens: tokens, columns: shape.feedForward)
  }
}
