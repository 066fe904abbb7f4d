package import WeirModelFiles
package import WeirTensor

/// Why a model cannot be an encoder, or a text cannot be encoded.
package enum EncoderFailure: Error, Equatable, Sendable {
  /// The file is broken, or a key or a tensor is missing or odd-shaped.
  case model(ModelFileFailure)
  /// A tensor's bytes cannot be packed.
  case weights(file: String, tensor: String, TensorFailure)
  /// Fewer tokens than one, or more than the context window holds.
  case tokenCount(found: Int, allowed: ClosedRange<Int>)
  /// An id outside the vocabulary.
  case tokenIdentifier(found: Int, vocabulary: Int)
}
