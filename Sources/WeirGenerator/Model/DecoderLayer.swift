import WeirTensor

/// The weights of one transformer layer; matrices are [rows x columns] and multiply from the left.
struct DecoderLayer: Sendable {
  /// [width]
  var attentionNorm: [Float]
  /// [heads * headWidth x width]
  var query: WeightMatrix
  /// [kvHeads * headWidth x width]
  var key: WeightMatrix
  /// [kvHeads * headWidth x width]
  var value: WeightMatrix
  var queryBias: [Float]?
  var keyBias: [Float]?
  var valueBias: [Float]?
  /// [width x heads * headWidth]
  var attentionOutput: WeightMatrix
  /// [width]
  var ffnNorm: [Float]
  /// [ffnWidth x width]
  var gate: WeightMatrix
  /// [ffnWidth x width]
  var up: WeightMatrix
  /// [width x ffnWidth]
  var down: WeightMatrix
}
