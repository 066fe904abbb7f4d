package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// What a purge took, or would take.
  package struct Purged: Sendable, Hashable {
    package var entries = 0
    /// As the budget counts them.
    package var bytes: Int64 = 0
  }

  /// Entries of one transaction: a request that waits to be recorded waits for one of these at most.
  private static let purgeBatch = 500

  /// Deletes the entries of a selection, or with `isDryRun` only counts them.
  ///
  /// Goes on from batch to batch, each looked through before it is written; what an ended process has deleted stays
  /// deleted.
  @discardableResult
  package func purge(_ selection: CacheSelection, isDryRun: Bool = false, at now: Timestamp) throws -> Purged {
    var purged = Purged()
    var last: Int64? = 0
    while let start = last {
      let batch = try store.read { try scan(selection, after: start, at: now, in: $0) }
      var found = batch.found
      if !isDryRun, !found.isEmpty {
        // An id never names another entry, and what an entry is selected by does not change but for its removal.
        found = try store.write { transaction in
          try found.filter { !(try remove("id = ?", [.integer($0.id)], in: transaction)).isEmpty }
        }
        for (id, _) in found { try index?.remove(id) }
      }
      purged.entries += found.count
      purged.bytes += found.reduce(0) { $0 + $1.bytes }
      last = batch.last
    }
    return purged
  }

  private struct Batch {
    var found: [(id: Int64, bytes: Int64)] = []
    /// Where the next one begins; nil at the end.
    var last: Int64?
  }

  private func scan(
    _ selection: CacheSelection, after last: Int64, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> Batch {
    let (sql, values) = selection.condition(at: now)
    var batch = Batch()
    try transaction.rows(
      "SELECT id, prompt, bytes FROM cache_entry WHERE \(sql) AND id > ? ORDER BY id LIMIT \(Self.purgeBatch)",
      values + [.integer(last)]
    ) { row in
      batch.last = try row.integer(0)
      guard selection.includes(prompt: try row.text(1)) else { return }
      batch.found.append((try row.integer(0), try row.integer(2)))
    }
    return batch
  }
}
