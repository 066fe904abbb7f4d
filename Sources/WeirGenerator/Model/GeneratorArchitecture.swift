package import WeirTensor

/// The decoder families that the generator runs, by their name in `general.architecture`.
///
/// Both are the pre-norm transformer with RMS norms, rotary positions, grouped-query attention and a gated SiLU
/// network; they differ in the two facts below.
package enum GeneratorArchitecture: String, Sendable, CaseIterable {
  case llama
  case qwen2

  /// Which elements of a head turn together; llama.cpp's converter reorders the rows of llama's q and k for this.
  package var rotaryPairs: RotaryTable.Layout {
    switch self {
    case .llama: .interleaved
    case .qwen2: .halves
    }
  }

  /// True where q, k and v must have biases; llama files may have them.
  package var needsAttentionBias: Bool { self == .qwen2 }
}
