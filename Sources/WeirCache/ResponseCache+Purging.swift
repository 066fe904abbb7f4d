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
    let removed = try store.write { transaction in
      switch target {
      case .all: try remove("1", [], in: transaction)
      case .entry(let id): try remove("id = ?", [.integer(id)], in: transaction)
      case .tenant(let tenant): try remove("tenant = ?", [.text(tenant)], in: transaction)
      case .expired: try remove("expires_at <= ?", [.integer(now.milliseconds)], in: transaction)
      }
    }
    for id in removed { try index?.remove(id) }
    return removed.count
  }

  /// How full the caches are.
  package struct Statistics: Sendable, Hashable {
    package var entries: Int
    /// As the byte budget counts them.
    package var bytes: Int64
    /// Times that an entry which is still there was served.
    package var hits: Int
    /// Vectors that the semantic tier compares with.
    package var vectors: Int
    package var ignoredVectors: Int
  }

  package func statistics() throws -> Statistics {
    try store.read { transaction in
      let (entries, bytes) =
        try transaction.first("SELECT entries, bytes FROM cache_total") { row in
          (Int(try row.integer(0)), try row.integer(1))
        } ?? (0, 0)
      let hits =
        try transaction.first("SELECT coalesce(sum(hits), 0) FROM cache_entry") { row in Int(try row.integer(0)) } ?? 0
      return Statistics(
        entries: entries, bytes: bytes, hits: hits, vectors: index?.count ?? 0, ignoredVectors: ignoredVectors)
    }
  }
}
