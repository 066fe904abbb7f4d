package import WeirDomain
package import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// What an entry costs beside its texts and vector: columns, indexes, page overhead.
  static let entryOverhead: Int64 = 512
  /// Expired entries that one admission clears away, so that no transaction grows long.
  private static let expirySweep = 32

  /// Stores the answer where the plan allows it, in the place of an older one, and makes room for it.
  ///
  /// `embedding` is left out where the prompt was not embedded; then only the exact tier serves the answer. Call
  /// `apply` with the result after the transaction has committed, and only then.
  package func admit(
    _ plan: CachePlan, _ answer: CachedAnswer, embedding: Embedding?, at now: Timestamp,
    in transaction: borrowing StoreTransaction
  ) throws -> CacheChange {
    var change = CacheChange()
    guard plan.isWritable, let key = plan.key else { return change }
    if let embedding { try check(embedding) }
    let vector = plan.partition == nil ? nil : embedding?.values
    let citations = Citation.text(of: answer.citations)
    let bytes =
      Int64(citations?.utf8.count ?? 0) + Int64(plan.prompt.utf8.count) + Int64(answer.text.utf8.count)
      + Int64((vector?.count ?? 0) * 4)
      + ResponseCache.entryOverhead
    guard bytes <= configuration.byteBudget else { return change }

    change.removed += try remove("key = ?", [.blob(key.bytes)], in: transaction)
    change.removed += try remove(
      "id IN (SELECT id FROM cache_entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
      [.integer(now.milliseconds), .integer(ResponseCache.expirySweep)], in: transaction)
    change.removed += try makeRoom(for: bytes, in: transaction)

    let lifetime =
      plan.admission.reason == .temporal
      ? configuration.temporalLifetimeMilliseconds : configuration.lifetimeMilliseconds
    try transaction.execute(
      """
      INSERT INTO cache_entry (key, tenant, partition, prompt, answer, tier, model, intent, prompt_tokens,
        completion_tokens, tokens_estimated, request_id, created_at, expires_at, used_at, bytes, citations)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .blob(key.bytes), .text(plan.tenant), plan.partition.map { .blob($0.bytes) } ?? .null, .text(plan.prompt),
        .text(answer.text), .text(answer.tier.rawValue), .text(answer.model), .text(answer.intent),
        .integer(answer.usage.prompt), .integer(answer.usage.completion),
        .integer(answer.usage.isEstimated ? 1 : 0), .text(plan.requestID), .integer(now.milliseconds),
        .integer(now.adding(milliseconds: lifetime).milliseconds), .integer(now.milliseconds), .integer(bytes),
        .text(citations),
      ])
    change.isStored = true
    let id = transaction.lastInsertedID
    if let vector, let encoder, let partition = plan.partition {
      try transaction.execute(
        "INSERT INTO cache_vector (entry_id, encoder, vector) VALUES (?, ?, ?)",
        [.integer(id), .text(encoder), .blob(VectorBytes.write(vector))])
      change.insertion = CacheChange.Insertion(id: id, partition: partition.hex, vector: vector)
    }
    return change
  }

  /// Notes that an entry was served; it will be among the last to leave. Its expiry stays as it is.
  package func recordHit(
    _ hit: CacheHit, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      "UPDATE cache_entry SET hits = hits + 1, used_at = max(used_at, ?) WHERE id = ?",
      [.integer(now.milliseconds), .integer(hit.id)])
  }

  /// Brings the index up to a committed transaction.
  package func apply(_ change: CacheChange) throws {
    guard let index else { return }
    for id in change.removed { index.remove(id) }
    if let insertion = change.insertion {
      try index.insert(insertion.id, partition: insertion.partition, vector: insertion.vector)
    }
  }

  /// Deletes the least recently used entries until `bytes` more fit into the budget.
  private func makeRoom(for bytes: Int64, in transaction: borrowing StoreTransaction) throws -> [Int64] {
    let total = try transaction.first("SELECT bytes FROM cache_total") { row in try row.integer(0) } ?? 0
    var excess = total + bytes - configuration.byteBudget
    var removed: [Int64] = []
    while excess > 0 {
      var batch: [Int64] = []
      try transaction.rows("SELECT id, bytes FROM cache_entry ORDER BY priority, used_at, id LIMIT 64") { row in
        guard excess > 0 else { return }
        batch.append(try row.integer(0))
        excess -= try row.integer(1)
      }
      guard !batch.isEmpty else { break }
      for id in batch { removed += try remove("id = ?", [.integer(id)], in: transaction) }
    }
    return removed
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
