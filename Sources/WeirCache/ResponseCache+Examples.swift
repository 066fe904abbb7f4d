package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// An earlier prompt with its accepted answer.
  package struct Example: Sendable, Hashable {
    /// The entry's id, which is never used again.
    package var id: Int64
    package var prompt: String
    package var answer: String
    /// Cosine of the prompts.
    package var similarity: Float
  }

  /// Prompts further away than this show nothing about this one.
  private static let leastExampleSimilarity: Float = 0.5

  /// The most similar prompts of the plan's partition that have a live answer, nearest first.
  ///
  /// The partition holds one tenant's prompts with the same settings and context, and no answer that is one person's
  /// own. Every stored answer was accepted: it passed its check, or a remote model gave it. Answers that name sources
  /// are left out, for their numbers mean other passages.
  package func examples(
    _ plan: CachePlan, _ embedding: Embedding, count: Int, at now: Timestamp
  ) throws -> [Example] {
    guard plan.isReadable, let partition = plan.partition, let index, count > 0 else { return [] }
    try check(embedding)
    let matches = try index.search(partition: partition.partition, query: embedding.values, count: count * 2)
    var examples: [Example] = []
    try store.read { transaction in
      for match in matches where match.similarity >= ResponseCache.leastExampleSimilarity && examples.count < count {
        let entry = try transaction.first(ResponseCache.selectByID, [.integer(match.id), .blob(partition.bytes)]) {
          row in
          try CacheEntry(row)
        }
        guard let entry, isServable(entry, to: plan, at: now), entry.answer.citations.isEmpty else { continue }
        examples.append(
          Example(id: entry.id, prompt: entry.prompt, answer: entry.answer.text, similarity: match.similarity))
      }
    }
    return examples
  }
}
