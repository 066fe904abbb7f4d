internal import WeirVectorIndex

/// What a transaction did to the caches' rows, to be told to the index once it is committed.
package struct CacheChange: Sendable {
  struct Insertion: Sendable {
    var id: Int64
    var partition: PartitionKey
    var vector: [Float]
  }

  var insertion: Insertion?
  var removed: [Int64] = []
  /// Why the answer was not stored, where the request itself may be cached.
  package internal(set) var refusal: CacheRefusal?
  /// True when the answer was stored.
  package internal(set) var isStored = false
  /// Entries that left: replaced, expired, or to keep the byte budget.
  package var removedCount: Int { removed.count }
}

/// Why an answer was not stored. Holds no text of it.
package enum CacheRefusal: Sendable, Hashable {
  /// The rule, intent or request gives it no time.
  case noLifetime(cause: String)
  /// A person called this very answer wrong.
  case knownWrong
  /// It would not fit into the budget alone.
  case tooLarge(bytes: Int64, allowed: Int64)
  /// More entries would have to leave for it than one admission may delete.
  case noRoom(bytes: Int64, mostEvicted: Int)

  package var text: String {
    switch self {
    case .noLifetime(let cause): "its time to live is 0 (\(cause))"
    case .knownWrong: "the same answer was called wrong before"
    case .tooLarge(let bytes, let allowed): "it needs \(bytes) bytes, cache.max_bytes allows \(allowed)"
    case .noRoom(let bytes, let most):
      "it needs \(bytes) bytes, for which more than \(most) entries would have to leave: raise cache.max_bytes"
    }
  }
}
