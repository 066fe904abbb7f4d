internal import WeirDomain
internal import WeirStore

extension ResponseCache {
  /// Writes the row of an entry, with its tags and its vector; its id is the row's own.
  func insert(
    _ facts: CacheEntryFacts, citations: String?, vector: [Float]?, in transaction: borrowing StoreTransaction
  ) throws -> Int64 {
    let answer = facts.answer
    try transaction.execute(
      """
      INSERT INTO cache_entry (key, tenant, partition, prompt, answer, tier, model, intent, prompt_tokens,
        completion_tokens, tokens_estimated, request_id, created_at, expires_at, used_at, hits, similar_hits, bytes,
        citations, cost, heat, worth, priority, life)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .blob(facts.key), .text(facts.tenant), facts.partition.map { .blob($0) } ?? .null, .text(facts.prompt),
        .text(answer.text), .text(answer.tier.rawValue), .text(answer.model), .text(answer.intent),
        .integer(answer.usage.prompt), .integer(answer.usage.completion),
        .integer(answer.usage.isEstimated ? 1 : 0), .text(facts.requestID), .integer(facts.createdAt.milliseconds),
        .integer(facts.expiresAt.milliseconds), .integer(facts.usedAt.milliseconds), .integer(facts.hits),
        .integer(facts.similarHits), .integer(facts.bytes), .text(citations),
        answer.cost.map { .integer($0.picodollars) } ?? .null, .real(facts.worth.heat), .real(facts.worth.worth),
        .real(facts.worth.priority(configuration.eviction, usedAt: facts.usedAt)), .text(facts.life),
      ])
    let id = transaction.lastInsertedID
    for tag in Set(facts.tags).sorted() {
      try transaction.execute("INSERT INTO cache_tag (entry_id, tag) VALUES (?, ?)", [.integer(id), .text(tag)])
    }
    if let vector, let encoder {
      try transaction.execute(
        "INSERT INTO cache_vector (entry_id, encoder, vector) VALUES (?, ?, ?)",
        [.integer(id), .text(encoder), .blob(VectorBytes.write(vector))])
    }
    return id
  }
}
