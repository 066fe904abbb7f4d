internal import WeirDomain
package import WeirStore

/// Keeps the byte budget. Each entry has its priority in an indexed column, so that the ones to leave are found
/// without looking at the others.
extension ResponseCache {
  /// Entries that one admission deletes beyond what it needs itself, where the budget was made smaller.
  private static let mostBacklog = 64
  /// Entries that one admission deletes at most: nobody waits long for the lock, and no answer is worth more of them.
  static let mostEvicted = 256

  /// Deletes the entries of least priority until `bytes` more fit into the budget; returns their ids.
  ///
  /// Those of a clock that ran ahead leave first: nobody is served them, and their priority would hold them for as long
  /// as it did. A budget that was made smaller is reached over many admissions, or by `compact`, so that none takes
  /// long. `fits` is false, and nothing else is deleted, where more than `mostEvicted` would have to leave.
  func makeRoom(
    for bytes: Int64, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> (removed: [Int64], fits: Bool) {
    guard try excess(with: bytes, in: transaction) > 0 else { return ([], true) }
    var removed = try remove(
      "id IN (SELECT id FROM cache_entry WHERE created_at > ? ORDER BY created_at DESC LIMIT 64)",
      [.integer(now.adding(milliseconds: ResponseCache.clockTolerance).milliseconds)], in: transaction)
    try count("expired", by: removed.count, in: transaction)
    var excess = try excess(with: bytes, in: transaction)
    let wanted = excess
    var leaving: [Int64] = []
    var isEnd = false
    while excess > 0, wanted - excess < bytes || leaving.count < Self.mostBacklog, leaving.count < Self.mostEvicted,
      !isEnd
    {
      isEnd = true
      try transaction.rows(
        "SELECT id, bytes FROM cache_entry ORDER BY priority, id LIMIT 64 OFFSET ?", [.integer(leaving.count)]
      ) { row in
        guard excess > 0 else { return }
        isEnd = false
        leaving.append(try row.integer(0))
        excess -= try row.integer(1)
      }
    }
    guard excess <= 0 || wanted - excess >= bytes else { return (removed, false) }
    for id in leaving { removed += try remove("id = ?", [.integer(id)], in: transaction) }
    try count("evicted", by: leaving.count, in: transaction)
    try count("evicted_bytes", by: Int(wanted - excess), in: transaction)
    return (removed, true)
  }

  private func excess(with bytes: Int64, in transaction: borrowing StoreTransaction) throws -> Int64 {
    let total = try transaction.first("SELECT bytes FROM cache_total") { row in try row.integer(0) } ?? 0
    return total + bytes - configuration.byteBudget
  }

  /// The counter that says under which policy the priorities were stored.
  static let policyCounter = "priority_policy"

  /// The policy that the priorities were stored under; nil where no node has set one.
  package static func storedEviction(in store: Store) throws -> CacheEviction? {
    let number = try store.read { transaction in
      try transaction.first("SELECT value FROM cache_counter WHERE name = ?", [.text(policyCounter)]) { row in
        try row.integer(0)
      }
    }
    return number.flatMap { number in
      (1...Int64(CacheEviction.allCases.count)).contains(number) ? CacheEviction.allCases[Int(number) - 1] : nil
    }
  }

  /// Computes every priority anew where the policy is another than the one they were stored under.
  ///
  /// Takes about a second for 100 000 entries, once after the key `eviction` was changed and once for entries of
  /// before there were priorities.
  func adoptEviction() throws {
    let name = ResponseCache.policyCounter
    guard let number = CacheEviction.allCases.firstIndex(of: configuration.eviction) else { return }
    let known = try ResponseCache.storedEviction(in: store)
    guard known != configuration.eviction else { return }
    try store.write { transaction in
      var last: Int64? = 0
      while let id = last { last = try reprioritize(after: id, isNew: known == nil, in: transaction) }
      try transaction.execute(
        "INSERT INTO cache_counter VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
        [.text(name), .integer(number + 1)])
    }
  }

  /// One batch; returns the last id, nil where there are no more.
  private func reprioritize(
    after last: Int64, isNew: Bool, in transaction: borrowing StoreTransaction
  ) throws -> Int64? {
    var batch: [(id: Int64, worth: CacheWorth, usedAt: Timestamp)] = []
    try transaction.rows(
      "SELECT \(CacheEntry.columns), heat, worth, used_at, bytes FROM cache_entry WHERE id > ? ORDER BY id LIMIT 500",
      [.integer(last)]
    ) { row in
      let next = CacheEntry.columnCount
      let usedAt = Timestamp(milliseconds: try row.integer(next + 2))
      var worth = CacheWorth(heat: try row.real(next), worth: try row.real(next + 1))
      // Entries of before there was a heat: their last use is all that is known.
      if isNew, worth.heat == 0 {
        worth = CacheWorth(of: try CacheEntry(row).answer, bytes: try row.integer(next + 3), at: usedAt)
      }
      batch.append((try row.integer(0), worth, usedAt))
    }
    for entry in batch {
      try transaction.execute(
        "UPDATE cache_entry SET heat = ?, worth = ?, priority = ? WHERE id = ?",
        [
          .real(entry.worth.heat), .real(entry.worth.worth),
          .real(entry.worth.priority(configuration.eviction, usedAt: entry.usedAt)), .integer(entry.id),
        ])
    }
    return batch.last?.id
  }
}
