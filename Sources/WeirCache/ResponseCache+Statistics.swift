package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// How full the caches are, and what came of them.
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

  /// What `weir cache stats` shows; reads every entry once.
  package struct Inventory: Sendable, Hashable {
    package var entries = 0
    package var expired = 0
    /// Entries that the semantic tier may serve.
    package var shared = 0
    package var budgetBytes: Int64 = 0
    package var budget: Int64 = 0
    package var textBytes: Int64 = 0
    package var vectorBytes: Int64 = 0
    /// Vectors by the fingerprint of their encoder.
    package var vectors: [String: Int] = [:]
    /// Rows of the log of changes; the index may have taken them in already, and forgets them at a checkpoint.
    package var loggedChanges = 0
    /// Entries by who answered, with their hits.
    package var tiers: [Tier: TierCount] = [:]
    package var tenants = 0
    package var tags = 0
    package var misses = 0
    package var confirmed = 0
    package var refuted = 0
    package var oldest: Timestamp?
    package var newest: Timestamp?
    /// Since this state folder has its counters: exact_hits, similar_hits, evicted, expired, and so on.
    package var counters: [String: Int64] = [:]

    package struct TierCount: Sendable, Hashable {
      package var entries: Int
      package var hits: Int
      package var similarHits: Int
    }
  }

  package func inventory(at now: Timestamp) throws -> Inventory {
    try store.read { transaction in
      var found = Inventory()
      found.budget = configuration.byteBudget
      try transaction.rows("SELECT entries, bytes FROM cache_total") { row in
        (found.entries, found.budgetBytes) = (Int(try row.integer(0)), try row.integer(1))
      }
      try transaction.rows(
        """
        SELECT tier, count(*), sum(hits), sum(similar_hits), sum(expires_at <= ?), count(partition),
          sum(octet), min(created_at), max(created_at)
        FROM (SELECT *, length(CAST(prompt AS BLOB)) + length(CAST(answer AS BLOB)) AS octet FROM cache_entry)
        GROUP BY tier
        """, [.integer(now.milliseconds)]
      ) { row in
        let tier = try row.parsed(0, as: "a tier") { Tier(rawValue: $0) }
        found.tiers[tier] = .init(
          entries: Int(try row.integer(1)), hits: Int(try row.integer(2)), similarHits: Int(try row.integer(3)))
        found.expired += Int(try row.integer(4))
        found.shared += Int(try row.integer(5))
        found.textBytes += try row.integer(6)
        let (first, last) = (
          Timestamp(milliseconds: try row.integer(7)), Timestamp(milliseconds: try row.integer(8))
        )
        found.oldest = min(found.oldest ?? first, first)
        found.newest = max(found.newest ?? last, last)
      }
      try transaction.rows("SELECT encoder, count(*), sum(length(vector)) FROM cache_vector GROUP BY encoder") { row in
        found.vectors[try row.text(0)] = Int(try row.integer(1))
        found.vectorBytes += try row.integer(2)
      }
      found.loggedChanges = try ResponseCache.number("SELECT count(*) FROM cache_change", in: transaction)
      found.tenants = try ResponseCache.number("SELECT count(DISTINCT tenant) FROM cache_entry", in: transaction)
      found.tags = try ResponseCache.number("SELECT count(DISTINCT tag) FROM cache_tag", in: transaction)
      found.misses = try ResponseCache.number(
        "SELECT count(*) FROM (SELECT DISTINCT min(asked, stored), max(asked, stored), answer FROM cache_miss)",
        in: transaction)
      found.confirmed = try ResponseCache.number(
        "SELECT count(*) FROM cache_evidence WHERE was_right <> 0", in: transaction)
      found.refuted = try ResponseCache.number(
        "SELECT count(*) FROM cache_evidence WHERE was_right = 0", in: transaction)
      try transaction.rows("SELECT name, value FROM cache_counter") { row in
        let name = try row.text(0)
        if name != ResponseCache.policyCounter { found.counters[name] = try row.integer(1) }
      }
      return found
    }
  }

  private static func number(_ sql: String, in transaction: borrowing StoreTransaction) throws -> Int {
    Int(try transaction.first(sql) { row in try row.integer(0) } ?? 0)
  }
}
