/// What a transaction did to the caches' rows, to be told to the index once it is committed.
package struct CacheChange: Sendable {
  struct Insertion: Sendable {
    var id: Int64
    var partition: String
    var vector: [Float]
  }

  var insertion: Insertion?
  var removed: [Int64] = []
  /// True when the answer was stored.
  package internal(set) var isStored = false
  /// Entries that left: replaced, expired, or to keep the byte budget.
  package var removedCount: Int { removed.count }
}
