package import WeirTensor

/// The decoder families that the generator runs, by their name in `general.architecture`.
///
/// All are pre-norm transformers with RMS norms, rotary positions, grouped-query attention and a gated feed-forward
/// network; they differ in the facts below, which are those of llama.cpp for the same name. Files of Mistral and Mixtral,
/// SmolLM2 and Llama 3 call themselves `llama`.
package enum GeneratorArchitecture: String, Sendable, CaseIterable {
  case llama
  case qwen2
  case qwen2moe
  case qwen3
  case qwen3moe
  case gemma
  case gemma2
  case gemma3

  /// Which elements of a head turn together; llama.cpp's converter reorders the rows of llama's q and k for this.
  package var rotaryPairs: RotaryTable.Layout { self == .llama ? .interleaved : .halves }

  /// True where q, k and v must have biases; other files may have them.
  package var needsAttentionBias: Bool { self == .qwen2 || self == .qwen2moe }

  /// True where each head of q and k is normalised before it turns.
  package var normalisesHeads: Bool { self == .qwen3 || self == .qwen3moe || self == .gemma3 }

  /// True where attention and feed-forward are normalised again before they are added.
  package var normalisesOutputs: Bool { self == .gemma2 || self == .gemma3 }

  /// True where embeddings are multiplied by the square root of the width, and the gate is GELU instead of SiLU.
  package var isGemma: Bool { self == .gemma || self == .gemma2 || self == .gemma3 }

  /// Whether the feed-forward network is a mixture of experts.
  package enum Mixture: Sendable {
    case never, whereStated, always
  }

  package var mixture: Mixture {
    switch self {
    case .llama: .whereStated
    case .qwen2moe, .qwen3moe: .always
    case .qwen2, .qwen3, .gemma, .gemma2, .gemma3: .never
    }
  }

  /// True where the weights of a token's experts are divided by their sum.
  package var normalisesExpertWeights: Bool { self != .qwen2moe }

  /// True where one expert sees every token beside those that are chosen.
  package var hasSharedExpert: Bool { self == .qwen2moe }

  /// Of so many layers the last sees the whole text, the others a window; nil where all see the whole text.
  package var windowPeriod: Int? {
    switch self {
    case .gemma2: 2
    case .gemma3: 6
    default: nil
    }
  }
}
