import WeirModelFiles

/// The sizes of a BERT encoder, as the `bert.*` keys of its file give them.
package struct EncoderShape: Equatable, Sendable {
  /// `bert.block_count`
  package let layers: Int
  /// `bert.embedding_length`: elements of a token's vector and of the sentence's.
  package let width: Int
  /// `bert.feed_forward_length`
  package let feedForward: Int
  /// `bert.attention.head_count`; divides `width`.
  package let heads: Int
  /// `bert.context_length`: the most tokens of a text, [CLS] and [SEP] included.
  package let context: Int
  /// `bert.attention.layer_norm_epsilon`
  package let epsilon: Float
  /// Rows of the token embeddings.
  package let vocabulary: Int

  /// `bert.pooling_type`: how token vectors become the sentence's.
  package let pooling: Pooling

  /// llama.cpp's numbers.
  package enum Pooling: Int, Sendable {
    /// The mean over all tokens, [CLS] and [SEP] included: MiniLM, E5.
    case mean = 1
    /// The first token's, [CLS]: BGE.
    case first = 2
  }

  package var headWidth: Int { width / heads }

  init(_ file: GGUFFile) throws(ModelFileFailure) {
    let architecture = try file.architecture
    guard architecture == "bert" else {
      throw .badValue(file: file.name, key: "general.architecture", found: architecture, allowed: "bert")
    }
    layers = try file.uint("bert.block_count", in: 1...1_000)
    width = try file.uint("bert.embedding_length", in: 1...65_536)
    feedForward = try file.uint("bert.feed_forward_length", in: 1...1_048_576)
    heads = try file.uint("bert.attention.head_count", in: 1...width)
    context = try file.uint("bert.context_length", in: 2...65_536)
    epsilon = try file.float("bert.attention.layer_norm_epsilon")
    vocabulary = try file.tensor("token_embd.weight").rows
    guard width.isMultiple(of: heads) else {
      throw .badValue(
        file: file.name, key: "bert.attention.head_count", found: "\(heads)",
        allowed: "a divisor of the embedding length \(width)")
    }
    guard epsilon >= 0 else {
      throw .badValue(
        file: file.name, key: "bert.attention.layer_norm_epsilon", found: "\(epsilon)", allowed: "0 or more")
    }
    let kind = try file.uint("bert.pooling_type", default: 1)
    guard let pooling = Pooling(rawValue: kind) else {
      throw .badValue(
        file: file.name, key: "bert.pooling_type", found: "\(kind)", allowed: "1 (mean) or 2 (first token)")
    }
    self.pooling = pooling
    guard try !file.bool("bert.attention.causal", default: false) else {
      throw .badValue(file: file.name, key: "bert.attention.causal", found: "true", allowed: "false")
    }
  }
}
