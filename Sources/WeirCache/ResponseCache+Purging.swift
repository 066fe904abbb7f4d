package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// Which entries an operator wants gone.
  package enum PurgeTarget: Sendable, Hashable {
    case all
    case entry(Int64)
    case tenant(String)
    case expired
  }

  /// Deletes entries from the database and then from the index; returns how many there were.
  @discardableResult
  package func purge(_ target: PurgeTarget, at now: Timestamp) throws -> Int {
    var selection = CacheSelection()
    switch target {
    case .all: break
    case .entry(let id): selection.ids = [id]
    case .tenant(let tenant): selection.tenant = tenant
    case .expired: selection.state = .expired
    }
    return try purge(selection, at: now).entries
  }

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
  /// Goes on from batch to batch; what an ended process has deleted stays deleted.
  package func purge(_ selection: CacheSelection, isDryRun: Bool = false, at now: Timestamp) throws -> Purged {
    var purged = Purged()
    var last: Int64? = 0
    while let start = last {
      let batch: Batch
      if isDryRun {
        batch = try store.read { try scan(selection, after: start, at: now, in: $0) }
      } else {
        batch = try store.write { transaction in
          let batch = try scan(selection, after: start, at: now, in: transaction)
          for id in batch.ids { _ = try remove("id = ?", [.integer(id)], in: transaction) }
          return batch
        }
        for id in batch.ids { try index?.remove(id) }
      }
      purged.entries += batch.ids.count
      purged.bytes += batch.bytes
      last = batch.last
    }
    return purged
  }

  private struct Batch {
    var ids: [Int64] = []
    var bytes: Int64 = 0
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
      batch.ids.append(try row.integer(0))
      batch.bytes += try row.integer(2)
    }
    return batch
  }
}
