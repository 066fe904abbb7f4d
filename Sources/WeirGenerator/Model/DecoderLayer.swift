/// The weights of one transformer layer; matrices are [rows x columns] and multiply from the left.
struct DecoderLayer: Sendable {
  /// [width]
  var attentionNorm: [Float]
  /// [heads * headWidth x width]
  var query: Projection
  /// [kvHeads * headWidth x width]
  var key: Projection
  /// [kvHeads * headWidth x width]
  var value: Projection
  /// [headWidth], for each head of q; nil where heads are not normalised.
  var queryNorm: [Float]?
  /// [headWidth], for each head of k.
  var keyNorm: [Float]?
  /// [width x heads * headWidth]
  var attentionOutput: Projection
  /// [width], for what attention adds.
  var attentionOutputNorm: [Float]?
  /// [width]
  var ffnNorm: [Float]
  var feedForward: FeedForward
  /// [width], for what the feed-forward network adds.
  var ffnOutputNorm: [Float]?

  var projections: [Projection] { [query, key, value, attentionOutput] + feedForward.projections }
}
