internal import WeirDomain
internal import WeirStore

extension ResponseCache {
  /// Stores one entry of an archive as it was: its times, hits and tags; the bytes and the priority are this node's own.
  func take(
    _ entry: CacheArchive.Entry, into result: inout Import, at now: Timestamp,
    in transaction: borrowing StoreTransaction
  ) throws -> Result<[Int64], CacheArchive.Refusal> {
    var facts = entry.facts
    func refuse(_ code: String, _ message: String) -> Result<[Int64], CacheArchive.Refusal> {
      .failure(CacheArchive.Refusal(code: code, message: message))
    }
    guard facts.expiresAt > now.adding(milliseconds: -configuration.staleMilliseconds) else {
      return refuse("expired", "its time is over")
    }
    guard facts.createdAt <= now.adding(milliseconds: ResponseCache.clockTolerance) else {
      return refuse("future", "it was made in the future: compare the clocks of both hosts")
    }
    if try ResponseCache.isKnownWrong(facts.answer.text, to: facts.digest, in: transaction) {
      return refuse("known_wrong", "the same answer was called wrong here")
    }
    let other = try transaction.first(
      "SELECT created_at FROM cache_entry WHERE key = ?", [.blob(facts.key)]
    ) { row in try row.integer(0) }
    if let other, other >= facts.createdAt.milliseconds {
      return refuse("there_already", "there is an answer to the same request that is as new")
    }
    let vector = facts.encoder == encoder && entry.vector?.count == result.dimension ? entry.vector : nil
    facts.usedAt = min(max(facts.usedAt, facts.createdAt), now)
    let citations = Citation.text(of: facts.answer.citations)
    facts.bytes = CacheEntrySize.bytes(
      prompt: facts.prompt, answer: facts.answer, citations: citations, vectorCount: vector?.count, tags: facts.tags)
    guard facts.bytes <= configuration.byteBudget else {
      return refuse("too_large", "it needs \(facts.bytes) bytes, cache.max_bytes allows \(configuration.byteBudget)")
    }
    // No more than its hits can have made of it, whatever the line says.
    let own = CacheWorth(of: facts.answer, bytes: facts.bytes, at: facts.usedAt)
    facts.worth = CacheWorth(
      heat: min(facts.worth.heat, own.heat + CacheWorth.logarithm(Double(facts.hits + 1))), worth: own.worth)
    let room = try makeRoom(for: facts.bytes, at: now, in: transaction)
    guard room.fits else {
      return refuse("no_room", "more than \(Self.mostEvicted) entries would have to leave for it")
    }
    let removed = try room.removed + remove("key = ?", [.blob(facts.key)], in: transaction)
    if other != nil { result.replaced += 1 }
    _ = try insert(facts, citations: citations, vector: vector, in: transaction)
    result.entries += 1
    if facts.partition != nil, vector == nil { result.withoutVector += 1 }
    return .success(removed)
  }
}
