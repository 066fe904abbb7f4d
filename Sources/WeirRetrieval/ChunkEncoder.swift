/// The encoder as the documents use it: the node's own, or a scripted one in tests.
package struct ChunkEncoder: Sendable {
  /// Vectors of another fingerprint are never compared.
  package var fingerprint: String
  /// Numbers in a vector.
  package var dimension: Int
  /// Most tokens that are read of a text.
  package var window: Int
  /// Tokens of a text, the encoder's own marks at both ends left out.
  package var countTokens: @Sendable (String) -> Int
  /// A vector of unit length.
  package var embed: @Sendable (String) -> [Float]
  /// The vectors of several texts, the same as one by one but sooner.
  package var embedAll: @Sendable ([String]) -> [[Float]]

  package init(
    fingerprint: String, dimension: Int, window: Int, countTokens: @escaping @Sendable (String) -> Int,
    embed: @escaping @Sendable (String) -> [Float], embedAll: (@Sendable ([String]) -> [[Float]])? = nil
  ) {
    self.fingerprint = fingerprint
    self.dimension = dimension
    self.window = window
    self.countTokens = countTokens
    self.embed = embed
    self.embedAll = embedAll ?? { $0.map(embed) }
  }
}
