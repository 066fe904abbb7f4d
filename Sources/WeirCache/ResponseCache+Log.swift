package import WeirStore

/// What happened to vectors, in the order it was committed: whoever keeps an index tails this.
///
/// Triggers write it, so that no change of a vector can be forgotten, whoever made it. Sequences only grow and are
/// never used again, but a row of a transaction that was rolled back leaves none.
extension ResponseCache {
  /// A vector as the database keeps it.
  package struct StoredVector: Sendable, Hashable {
    /// 32 bytes.
    package var partition: [UInt8]
    /// Fingerprint of the encoder it comes from.
    package var encoder: String
    /// float32, little-endian: see `VectorBytes`.
    package var bytes: [UInt8]
  }

  /// One row of the log.
  package struct VectorChange: Sendable, Hashable {
    package var sequence: Int64
    package var entryID: Int64
    /// Nil where the vector left: then, or since.
    package var vector: StoredVector?
  }

  /// The rows after `sequence`, oldest first, at most `limit`.
  ///
  /// An insertion carries the vector as it is now: where a later row removed it, the insertion reads as a removal too.
  package static func changes(
    after sequence: Int64, limit: Int, in transaction: borrowing StoreTransaction
  ) throws -> [VectorChange] {
    var changes: [VectorChange] = []
    try transaction.rows(
      """
      SELECT sequence, cache_change.entry_id, kind = 1 AND vector IS NOT NULL AND partition IS NOT NULL,
        partition, encoder, vector
      FROM cache_change LEFT JOIN cache_vector ON cache_vector.entry_id = cache_change.entry_id
      LEFT JOIN cache_entry ON id = cache_vector.entry_id
      WHERE sequence > ? ORDER BY sequence LIMIT ?
      """, [.integer(sequence), .integer(limit)]
    ) { row in
      var change = VectorChange(sequence: try row.integer(0), entryID: try row.integer(1))
      if try row.integer(2) != 0 {
        change.vector = StoredVector(
          partition: try row.blob(3), encoder: try row.text(4), bytes: try row.blob(5))
      }
      changes.append(change)
    }
    return changes
  }

  /// The first and the last row that are there, and the last there ever was (0 where there was none).
  ///
  /// An index that has applied up to `s` and finds `first > s + 1` has missed rows: it is to be built anew.
  package struct LogExtent: Sendable, Hashable {
    package var first: Int64?
    package var last: Int64
    package var count: Int
  }

  package static func logExtent(in transaction: borrowing StoreTransaction) throws -> LogExtent {
    let (first, last) = try logEnds(in: transaction)
    let count = try transaction.first("SELECT count(*) FROM cache_change") { row in Int(try row.integer(0)) }
    return LogExtent(first: first, last: last, count: count ?? 0)
  }

  /// The first row that is there and the last there ever was, without counting those between.
  static func logEnds(in transaction: borrowing StoreTransaction) throws -> (first: Int64?, last: Int64) {
    let first = try transaction.first("SELECT min(sequence) FROM cache_change") { row in try row.optionalInteger(0) }
    let last =
      try transaction.first("SELECT seq FROM sqlite_sequence WHERE name = 'cache_change'") { row in try row.integer(0) }
    return (first ?? nil, last ?? 0)
  }

  /// Forgets the rows up to `sequence`, that one included; returns how many there were.
  @discardableResult
  package static func trimChanges(
    through sequence: Int64, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Int {
    try transaction.execute("DELETE FROM cache_change WHERE sequence <= ?", [.integer(sequence)])
  }

  /// Passes every vector that an index should hold, by ascending id after `id`, at most `limit` of them.
  ///
  /// For an index that is built anew; read `logExtent` in the same transaction to know where to go on in the log.
  package static func vectors(
    after id: Int64, limit: Int, in transaction: borrowing StoreTransaction,
    _ body: (_ entryID: Int64, _ vector: StoredVector) throws -> Void
  ) throws {
    try transaction.rows(
      """
      SELECT entry_id, partition, encoder, vector FROM cache_vector JOIN cache_entry ON id = entry_id
      WHERE entry_id > ? AND partition IS NOT NULL ORDER BY entry_id LIMIT ?
      """, [.integer(id), .integer(limit)]
    ) { row in
      try body(
        try row.integer(0),
        StoredVector(partition: try row.blob(1), encoder: try row.text(2), bytes: try row.blob(3)))
    }
  }
}
