import WeirTensor

/// A linear map of a layer: weights, perhaps a bias, and what adapters add.
struct Projection: Sendable {
  /// [rows x columns]
  var weights: WeightMatrix
  /// [rows]
  var bias: [Float]?
  var updates: [LowRankUpdate] = []

  var byteCount: Int { updates.reduce(weights.byteCount) { $0 + $1.down.byteCount + $1.up.byteCount } }

  /// The largest rank of the updates; 0 where there is none.
  var rank: Int { updates.reduce(0) { max($0, $1.rank) } }

  /// y[t] += sum of scale * B (A x[t]) for every token t.
  func addUpdates(_ x: Activations, to y: FloatView, room: LowRankRoom, kernels: Kernels) {
    for update in updates {
      let tokens = x.tokens
      let inner = room.inner(tokens * update.rank)
      let outer = room.outer(tokens * weights.rows)
      update.down.multiply(x, into: inner, kernels: kernels)
      room.activations.load(inner, tokens: tokens, columns: update.rank)
      update.up.multiply(room.activations, into: outer, kernels: kernels)
      kernels.add(outer, scaledBy: update.scale, to: y)
    }
  }
}

/// What one adapter adds to one matrix, W + scale * B A, kept apart so that the matrix stays as it was quantized.
///
/// Source: Hu et al., "LoRA: low-rank adaptation of large language models" (2021).
struct LowRankUpdate: Sendable {
  /// A, [rank x columns]
  var down: WeightMatrix
  /// B, [rows x rank]
  var up: WeightMatrix
  /// The adapter's alpha / rank, times the scale that the configuration asks for.
  var scale: Float

  var rank: Int { down.rows }
}

/// Scratch of a pass for the products of adapters.
final class LowRankRoom {
  private let innerBuffer: FloatBuffer
  /// Grows when logits of several tokens are wanted.
  private var outerBuffer: FloatBuffer
  let activations: Activations

  /// `rows` bounds the matrices that read whole chunks; those of the vocabulary mostly read one token.
  init(tokens: Int, rank: Int, rows: Int, vocabulary: Int) {
    innerBuffer = FloatBuffer(count: tokens * rank)
    outerBuffer = FloatBuffer(count: max(tokens * rows, vocabulary))
    activations = Activations(capacity: tokens * rank)
  }

  func inner(_ count: Int) -> FloatView { innerBuffer[0..<count] }

  func outer(_ count: Int) -> FloatView {
    if outerBuffer.count < count { outerBuffer = FloatBuffer(count: count) }
    return outerBuffer[0..<count]
  }
}
