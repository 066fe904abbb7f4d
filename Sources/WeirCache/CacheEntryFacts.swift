package import WeirDomain
internal import WeirStore

/// All that is stored of one entry, for people and for files.
package struct CacheEntryFacts: Sendable, Hashable {
  package var id: Int64
  /// 32 bytes: where the exact tier finds it.
  package var key: [UInt8]
  /// 32 bytes; nil where only the exact tier serves it.
  package var partition: [UInt8]?
  package var tenant: String
  /// Canonical last user turn.
  package var prompt: String
  package var answer: CachedAnswer
  package var requestID: String
  package var createdAt: Timestamp
  package var expiresAt: Timestamp
  package var usedAt: Timestamp
  /// Times it was served, by either tier.
  package var hits: Int
  /// Those of the semantic tier.
  package var similarHits: Int
  /// As the budget counts them.
  package var bytes: Int64
  /// What set its expiry; nil for entries from before that was kept.
  package var life: String?
  package var worth: CacheWorth
  /// Fingerprint of the encoder of its vector; nil where it has none.
  package var encoder: String?
  /// Sorted; without those that are its model and its intent.
  package var tags: [String] = []

  /// The stored prompt as misses and evidence name it.
  package var digest: PromptDigest { PromptDigest(partition: partition ?? key, prompt: prompt) }
}

extension CacheEntryFacts {
  static let columns = """
    \(CacheEntry.columns), used_at, hits, similar_hits, bytes, life, key, partition, heat, worth, \
    (SELECT encoder FROM cache_vector WHERE entry_id = id)
    """

  init(_ row: borrowing StoreRow) throws {
    let entry = try CacheEntry(row)
    let next = CacheEntry.columnCount
    (id, tenant, prompt, answer) = (entry.id, entry.tenant, entry.prompt, entry.answer)
    (requestID, createdAt, expiresAt) = (entry.requestID, entry.createdAt, entry.expiresAt)
    usedAt = Timestamp(milliseconds: try row.integer(next))
    hits = Int(try row.integer(next + 1))
    similarHits = Int(try row.integer(next + 2))
    bytes = try row.integer(next + 3)
    life = try row.optionalText(next + 4)
    key = try row.blob(next + 5)
    partition = row.isNull(next + 6) ? nil : try row.blob(next + 6)
    worth = CacheWorth(heat: try row.real(next + 7), worth: try row.real(next + 8))
    encoder = try row.optionalText(next + 9)
    tags = []
  }
}
