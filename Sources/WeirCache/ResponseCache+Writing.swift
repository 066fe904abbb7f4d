package import WeirDomain
package import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// Expired entries that one admission clears away, so that no transaction grows long.
  private static let expirySweep = 32

  /// How long the answer would live, and under which tags; nil where the plan does not store it.
  package func life(of answer: CachedAnswer, for plan: CachePlan) -> CacheLife? {
    plan.isWritable && plan.key != nil ? CacheLife(plan, answer, configuration) : nil
  }

  /// Stores the answer where the plan allows it, in the place of an older one, and makes room for it.
  ///
  /// `life` is what `life(of:for:)` said before the transaction; without it the rules are looked through here.
  /// `embedding` is left out where the prompt was not embedded; then only the exact tier serves the answer. Call
  /// `apply` with the result after the transaction has committed, and only then.
  package func admit(
    _ plan: CachePlan, _ answer: CachedAnswer, embedding: Embedding?, life: CacheLife? = nil, at now: Timestamp,
    in transaction: borrowing StoreTransaction
  ) throws -> CacheChange {
    var change = CacheChange()
    guard plan.isWritable, let key = plan.key else { return change }
    if let embedding { try check(embedding) }
    let life = life ?? CacheLife(plan, answer, configuration)
    guard life.lifetimeMilliseconds > 0 else {
      change.refusal = .noLifetime(cause: life.cause)
      return change
    }
    if try ResponseCache.isKnownWrong(answer, to: plan, in: transaction) {
      change.refusal = .knownWrong
      return change
    }
    let vector = plan.partition == nil ? nil : embedding?.values
    let citations = Citation.text(of: answer.citations)
    let bytes = CacheEntrySize.bytes(
      prompt: plan.prompt, answer: answer, citations: citations, vectorCount: vector?.count, tags: life.tags)
    guard bytes <= configuration.byteBudget else {
      change.refusal = .tooLarge(bytes: bytes, allowed: configuration.byteBudget)
      try count("oversized", by: 1, in: transaction)
      return change
    }

    change.removed += try remove("key = ?", [.blob(key.bytes)], in: transaction)
    change.removed += try sweep(at: now, limit: ResponseCache.expirySweep, in: transaction)
    let room = try makeRoom(for: bytes, at: now, in: transaction)
    change.removed += room.removed
    guard room.fits else {
      change.refusal = .noRoom(bytes: bytes, mostEvicted: Self.mostEvicted)
      try count("oversized", by: 1, in: transaction)
      return change
    }

    let facts = CacheEntryFacts(
      id: 0, key: key.bytes, partition: plan.partition?.bytes, tenant: plan.tenant, prompt: plan.prompt,
      answer: answer, requestID: plan.requestID, createdAt: now,
      expiresAt: now.adding(milliseconds: life.lifetimeMilliseconds), usedAt: now, hits: 0, similarHits: 0,
      bytes: bytes, life: life.cause, worth: CacheWorth(of: answer, bytes: bytes, at: now), tags: life.tags)
    let id = try insert(facts, citations: citations, vector: vector, in: transaction)
    change.isStored = true
    if let vector, encoder != nil, let partition = plan.partition {
      change.insertion = CacheChange.Insertion(id: id, partition: partition.partition, vector: vector)
    }
    return change
  }

  /// Notes that an entry was served, which raises its priority. Its expiry stays as it is.
  package func recordHit(
    _ hit: CacheHit, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws {
    let found = try transaction.first(
      "SELECT heat, worth, used_at FROM cache_entry WHERE id = ?", [.integer(hit.id)]
    ) { row in
      (CacheWorth(heat: try row.real(0), worth: try row.real(1)), Timestamp(milliseconds: try row.integer(2)))
    }
    try count(hit.similarity == nil ? "exact_hits" : "similar_hits", by: 1, in: transaction)
    // It may have left since.
    guard var (worth, usedAt) = found else { return }
    worth.use(at: now)
    usedAt = max(usedAt, now)
    try transaction.execute(
      """
      UPDATE cache_entry SET hits = hits + 1, similar_hits = similar_hits + ?, used_at = ?, heat = ?, priority = ?
      WHERE id = ?
      """,
      [
        .integer(hit.similarity == nil ? 0 : 1), .integer(usedAt.milliseconds), .real(worth.heat),
        .real(worth.priority(configuration.eviction, usedAt: usedAt)), .integer(hit.id),
      ])
  }

  /// Brings the index up to a committed transaction.
  package func apply(_ change: CacheChange) throws {
    guard let index else { return }
    for id in change.removed { try index.remove(id) }
    if let insertion = change.insertion {
      try index.insert(insertion.id, partition: insertion.partition, vector: insertion.vector)
    }
  }

  /// Deletes up to `limit` entries whose time is over, that of serving them stale included; returns their ids.
  func sweep(at now: Timestamp, limit: Int, in transaction: borrowing StoreTransaction) throws -> [Int64] {
    let removed = try remove(
      "id IN (SELECT id FROM cache_entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
      [.integer(now.adding(milliseconds: -configuration.staleMilliseconds).milliseconds), .integer(limit)],
      in: transaction)
    try count("expired", by: removed.count, in: transaction)
    return removed
  }

  /// Adds to a counter of `cache_counter`, which `statistics` shows.
  func count(_ name: String, by number: Int, in transaction: borrowing StoreTransaction) throws(StoreFailure) {
    guard number > 0 else { return }
    try transaction.execute(
      "INSERT INTO cache_counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
      [.text(name), .integer(number)])
  }

  /// Deletes the entries that satisfy the condition; returns their ids.
  func remove(
    _ condition: String, _ values: [StoreValue], in transaction: borrowing StoreTransaction
  ) throws -> [Int64] {
    var removed: [Int64] = []
    try transaction.rows("DELETE FROM cache_entry WHERE \(condition) RETURNING id", values) { row in
      removed.append(try row.integer(0))
    }
    return removed
  }
}
