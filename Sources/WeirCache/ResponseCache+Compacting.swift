package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// What a compaction came to.
  package struct Compaction: Sendable, Hashable {
    package var expired = 0
    /// Deleted because the budget is smaller than it was.
    package var evicted = 0
    package var evidence = 0
    package var changes = 0
    /// Of the database's file.
    package var bytesBefore: Int64 = 0
    package var bytesAfter: Int64 = 0
  }

  /// Most judged hits that are kept; the oldest leave.
  package static let mostEvidenceInAll = 200_000

  /// Deletes what is over, and gives the room in the file back to the file system.
  ///
  /// `trimsLog` forgets changes that no index waits for. Throws `notEnoughSpace` before anything is written where the
  /// disk could not hold the copy.
  package func compact(trimsLog: Bool, freeBytes: Int64, at now: Timestamp) throws -> Compaction {
    var compaction = Compaction()
    compaction.bytesBefore = try store.fileBytes()
    // SQLite writes a copy, and then the copy's pages through the log.
    let needed = compaction.bytesBefore * 2
    guard freeBytes >= needed else {
      throw CacheFailure.notEnoughSpace(path: store.path, free: freeBytes, needed: needed)
    }
    while true {
      let removed = try store.write { transaction in try sweep(at: now, limit: 500, in: transaction) }
      for id in removed { try index?.remove(id) }
      compaction.expired += removed.count
      if removed.count < 500 { break }
    }
    while true {
      let removed = try store.write { transaction in try makeRoom(for: 0, at: now, in: transaction).removed }
      for id in removed { try index?.remove(id) }
      compaction.evicted += removed.count
      if removed.isEmpty { break }
    }
    try store.write { transaction in
      compaction.evidence = try transaction.execute(
        """
        DELETE FROM cache_evidence WHERE id <=
          (SELECT id FROM cache_evidence ORDER BY id DESC LIMIT 1 OFFSET \(ResponseCache.mostEvidenceInAll))
        """)
      if trimsLog {
        let last = try ResponseCache.logEnds(in: transaction).last
        compaction.changes = try ResponseCache.trimChanges(through: last, in: transaction)
      }
    }
    try store.vacuum()
    compaction.bytesAfter = try store.fileBytes()
    return compaction
  }
}
