/// What the encoder makes of a text.
package struct EncodedText: Equatable, Sendable {
  /// The sentence's vector: `shape.width` elements, Euclidean length 1.
  package let values: [Float]
  /// Tokens that went through the model, [CLS] and [SEP] included.
  package let tokens: Int
  /// True where the text was longer than the context window and its end was cut off.
  package let isTruncated: Bool
}
