package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// A stored prompt near the asked one, with all that speaks for and against its answer.
  package struct Neighbour: Sendable, Hashable {
    package var id: Int64
    package var prompt: String
    /// Cosine of the prompts.
    package var similarity: Float
    /// Nil where the guard sees no difference.
    package var refusal: GuardRefusal?
    package var hits: Int
    package var confirmed: Int
    package var refuted: Int
  }

  private struct Row {
    var entry: CacheEntry
    var facts: CacheEntryFacts
  }

  /// The nearest live entries of the plan's partition, nearest first.
  package func neighbours(
    _ plan: CachePlan, _ embedding: Embedding, count: Int, at now: Timestamp
  ) throws -> [Neighbour] {
    guard let partition = plan.partition, let index, count > 0 else { return [] }
    try check(embedding)
    let matches = try index.search(partition: partition.partition, query: embedding.values, count: count)
    return try store.read { transaction in
      let misses = try KnownMisses(plan, in: transaction)
      return try matches.compactMap { match in
        let entry = try transaction.first(
          "SELECT \(CacheEntryFacts.columns) FROM cache_entry WHERE \(ResponseCache.isInPartition)",
          [.integer(match.id), .blob(partition.bytes)]
        ) { row in Row(entry: try CacheEntry(row), facts: try CacheEntryFacts(row)) }
        guard let entry, isServable(entry.entry, to: plan, at: now) else { return nil }
        let facts = entry.facts
        let evidence = try ResponseCache.evidence(of: facts.digest, in: transaction)
        return Neighbour(
          id: facts.id, prompt: facts.prompt, similarity: match.similarity,
          refusal: misses.forbid(entry.entry)
            ? .calledWrong
            : verifier == nil
              ? SimilarityGuard.refusal(asked: plan.prompt, stored: facts.prompt)
              : SimilarityGuard.hardRefusal(asked: plan.prompt, stored: facts.prompt),
          hits: facts.hits, confirmed: evidence.count { $0.wasRight }, refuted: evidence.count { !$0.wasRight })
      }
    }
  }
}
