/// A unit-length sentence vector and the encoder it came from.
///
/// Vectors of different encoders are never compared: every store keeps the fingerprint beside the vector.
package struct Embedding: Sendable, Hashable {
  package var values: [Float]
  /// Hexadecimal SHA-256 of the encoder's model file.
  package var encoder: String

  package init(values: [Float], encoder: String) {
    self.values = values
    self.encoder = encoder
  }
}
