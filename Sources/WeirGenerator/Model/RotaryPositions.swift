import WeirTensor

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Turns queries and keys by their position: the plain rotary embedding, or one whose frequencies are changed.
///
/// Pair i of a head turns by position / scale / factor(i) / base^(2i / rotaryWidth). Files change frequencies by linear
/// scaling, or by a factor a pair in `rope_freqs.weight` (Llama 3.1). Source: Su et al., "RoFormer" (2021).
struct RotaryPositions: Sendable {
  /// Nil for a model whose heads do not turn.
  private let table: RotaryTable?
  private let headWidth: Int

  /// `factors` is empty or has one positive number for each pair; `positions` is the context.
  init(shape: GeneratorShape, base: Float, scale: Float, factors: [Float], positions: Int) {
    let pairs = shape.rotaryWidth / 2
    precondition(factors.isEmpty || factors.count == pairs, "\(factors.count) factors for \(pairs) rotary pairs")
    headWidth = shape.headWidth
    let frequencies = (0..<pairs).map { pair in
      let plain = pow(Double(base), -2 * Double(pair) / Double(shape.rotaryWidth))
      return plain / Double(scale) / (factors.isEmpty ? 1 : Double(factors[pair]))
    }
    table =
      pairs == 0
      ? nil : RotaryTable(layout: shape.architecture.rotaryPairs, frequencies: frequencies, positions: positions)
  }

  /// Turns the consecutive heads of one token in place.
  func rotate(_ x: FloatView, position: Int, kernels: Kernels) {
    table?.rotate(x, headWidth: headWidth, position: position, kernels: kernels)
  }
}
