/// The sizes and constants of a decoder, read from GGUF metadata and checked against each other before any tensor is
/// touched.
package struct GeneratorShape: Sendable, Equatable {
  package var architecture: GeneratorArchitecture
  package var layers: Int
  /// Elements of a token's hidden state.
  package var width: Int
  /// Of the dense feed-forward network; unused in a mixture.
  package var ffnWidth: Int
  package var heads: Int
  /// Heads of keys and values; each serves `heads / kvHeads` query heads.
  package var kvHeads: Int
  package var headWidth: Int
  /// The first elements of each head that turn with the position; even.
  package var rotaryWidth: Int
  package var rotaryBase: Float
  /// Positions are divided by this (linear scaling); 1 where there is none.
  package var rotaryScale: Float
  package var epsilon: Float
  /// Tokens the model was trained to see at once.
  package var context: Int
  package var vocabulary: Int
  /// Scores are multiplied by this before the softmax.
  package var attentionScale: Float
  /// A score s becomes cap * tanh(s / cap) before the softmax; nil leaves it as it is.
  package var attentionCap: Float?
  /// The same for logits.
  package var outputCap: Float?
  /// Nil where every layer sees the whole text.
  package var window: AttentionWindow?
  /// Nil where every token takes the same feed-forward network.
  package var mixture: MixtureShape?

  /// Elements of all keys, or of all values, of one token in one layer.
  package var kvWidth: Int { kvHeads * headWidth }
  /// Elements of all query heads of one token.
  package var queryWidth: Int { heads * headWidth }
  /// What embeddings are multiplied by.
  package var embeddingScale: Float { architecture.isGemma ? Float(width).squareRoot() : 1 }
  /// The widest feed-forward network that a token can meet.
  package var widestFeedForward: Int {
    mixture.map { max($0.width, $0.sharedWidth ?? 0) } ?? ffnWidth
  }
}

/// Layers that see only the last tokens.
package struct AttentionWindow: Sendable, Equatable {
  /// Tokens that such a layer sees, the present one included.
  package var size: Int
  /// For each layer, whether it has the window.
  package var isLocal: [Bool]
  /// The base of these layers' positions, which are not scaled unless the others' are equal.
  package var rotaryBase: Float
  package var rotaryScale: Float
}

/// A mixture of experts: each token takes the few feed-forward networks that the router finds likeliest.
package struct MixtureShape: Sendable, Equatable {
  package var experts: Int
  /// Experts that each token takes.
  package var used: Int
  /// Elements between an expert's two products.
  package var width: Int
  /// The same of the expert that every token takes; nil where there is none.
  package var sharedWidth: Int?
  /// True where the chosen experts' probabilities are divided by their sum.
  package var normalisesWeights: Bool
  /// What the weights are multiplied by in the end.
  package var weightScale: Float
}
