/// Nearest neighbours of unit vectors within a partition.
///
/// Partitions are hard: a search sees one of them whole and nothing of the others. Implementations may be used from
/// several threads at once; searches do not wait for each other.
package protocol VectorIndex: Sendable {
  /// Length of every vector.
  var dimension: Int { get }
  /// Vectors in all partitions.
  var count: Int { get }

  /// Adds a vector, or replaces the one of the same id, in whichever partition that was.
  ///
  /// Returns the ids that had to leave to keep the index within its bounds, oldest first.
  @discardableResult
  func insert(_ id: Int64, partition: PartitionKey, vector: [Float]) throws -> [Int64]

  /// False when there was no such id.
  @discardableResult
  func remove(_ id: Int64) throws -> Bool

  /// The `count` vectors of the partition most similar to `query`, best first; equal ones by ascending id.
  func search(partition: PartitionKey, query: [Float], count: Int) throws -> [VectorMatch]
}

/// A vector that was found.
package struct VectorMatch: Sendable, Hashable {
  package var id: Int64
  /// Cosine of the angle to the query, -1...1 up to rounding.
  package var similarity: Float

  package init(id: Int64, similarity: Float) {
    self.id = id
    self.similarity = similarity
  }
}
