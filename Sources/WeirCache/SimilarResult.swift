/// What the semantic tier found, for the answer and for the trace.
package struct SimilarResult: Sendable, Hashable {
  /// A neighbour that the guard turned down.
  package struct Refusal: Sendable, Hashable {
    package var similarity: Float
    package var reason: GuardRefusal
  }

  package var hit: CacheHit?
  /// Similarity of the nearest live neighbour, below the threshold or not; nil where the partition is empty.
  package var nearest: Float?
  /// Neighbours above the threshold that were refused, nearest first.
  package var refusals: [Refusal] = []
}
