internal import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// The stored prompt that most likely asks the same, where the verifier finds that likely enough.
  ///
  /// The guard's hard evidence comes first: a neighbour that it refuses is no neighbour. The nearest that is left is
  /// the candidate, and all that are left say how far its answer can be trusted here.
  func verified(
    _ plan: CachePlan, _ partition: CacheKey, _ embedding: Embedding, by verifier: HitVerifier,
    _ index: any VectorIndex, at now: Timestamp
  ) throws -> SimilarResult {
    var result = SimilarResult()
    let query = NearPrompt.lanes(of: embedding.values)
    let matches = try index.search(
      partition: partition.partition, query: embedding.values, count: Neighbourhood.count)
    try store.read { transaction in
      let misses = try KnownMisses(plan, in: transaction)
      var rows: [NeighbourRow] = []
      rows.reserveCapacity(matches.count)
      for match in matches {
        let row = try transaction.first(NeighbourRow.select, [.integer(match.id), .blob(partition.bytes)]) { row in
          try NeighbourRow(row, query: query)
        }
        guard let row, row.vector.count == query.count, isServable(row.entry, to: plan, at: now) else { continue }
        rows.append(row)
        // Nothing near enough: the rest is further away.
        if rows.count == 1, rows[0].similarity < configuration.verifiedFloor { break }
      }
      rows.sort { ($1.similarity, $0.id) < ($0.similarity, $1.id) }
      result.nearest = rows.first?.similarity
      let words = PromptWords(plan.prompt)
      var (reading, isWaived) = (GuardReading(), false)
      while let candidate = rows.first, candidate.similarity >= configuration.verifiedFloor {
        let isKnown = misses.forbid(prompt: candidate.prompt)
        reading =
          candidate.prompt == plan.prompt ? GuardReading() : SimilarityGuard.reading(words, candidate.words)
        isWaived = !isKnown && reading.refusal.map { isWaivable($0, candidate, rows) } ?? false
        guard let reason = isKnown ? .calledWrong : isWaived ? nil : reading.refusal else { break }
        result.refusals.append(SimilarResult.Refusal(similarity: candidate.similarity, reason: reason))
        rows.removeFirst()
        guard result.refusals.count < Self.mostRefusals else { return }
      }
      guard let candidate = rows.first, candidate.similarity >= configuration.verifiedFloor else { return }
      let neighbourhood = Neighbourhood(
        asked: WordSet(plan.prompt), neighbours: rows.map { $0.neighbour }, reading: reading,
        isWaived: isWaived)
      let features = neighbourhood.features()
      let digest = PromptDigest(partition: partition.bytes, prompt: candidate.prompt)
      let trust = EntryTrust(try ResponseCache.evidence(of: digest, in: transaction))
      var judged = SimilarResult.Candidate(
        id: candidate.id, similarity: candidate.similarity, probability: verifier.probability(features),
        threshold: hitThreshold.probability.map { trust.threshold($0) }, basis: verifier.basis,
        confirmed: trust.confirmed, refuted: trust.refuted, features: features)
      if judged.isLikelyEnough {
        result.hit = candidate.entry.hit(similarity: candidate.similarity)
        judged.isServed = true
      }
      result.candidate = judged
    }
    return result
  }

  /// Whether another neighbour with the same answer differs from the candidate in the same way.
  private func isWaivable(_ refusal: GuardRefusal, _ candidate: NeighbourRow, _ rows: [NeighbourRow]) -> Bool {
    guard GuardReading.waivable.contains(refusal) else { return false }
    let words = candidate.words
    return rows.dropFirst().lazy.filter { $0.answer == candidate.answer }.prefix(Self.mostFellows).contains {
      SimilarityGuard.reading($0.words, words).refusal == refusal
    }
  }

  /// Neighbours with the same answer that are asked whether it depends on a difference.
  static let mostFellows = 6
  /// The least similarity at which a stored prompt is looked at.
  package var floor: Double { Double(verifier == nil ? configuration.threshold : configuration.verifiedFloor) }

  /// Neighbours that the guard may refuse before the semantic tier gives up.
  static let mostRefusals = 4
}

/// What the verifier reads of an entry.
struct NeighbourRow {
  var entry: CacheEntry
  var answer: UInt64
  var vector: [SIMD16<Float>]
  /// Exact, from the stored vector: the index may round.
  var similarity: Float

  static let select = """
    SELECT \(CacheEntry.columns), vector FROM cache_entry JOIN cache_vector ON entry_id = id
    WHERE \(ResponseCache.isInPartition)
    """

  init(_ row: borrowing StoreRow, query: [SIMD16<Float>]) throws(StoreFailure) {
    entry = try CacheEntry(row)
    answer = NearPrompt.answerDigest(entry.answer.text)
    vector = NearPrompt.lanes(ofBytes: try row.blob(CacheEntry.columnCount))
    similarity = vector.count == query.count ? Neighbourhood.dot(vector, query) : 0
  }

  var id: Int64 { entry.id }
  var prompt: String { entry.prompt }
  var words: PromptWords { PromptWords(prompt) }

  var neighbour: NearPrompt {
    NearPrompt(similarity: similarity, vector: vector, answer: answer, words: WordSet(prompt))
  }
}
