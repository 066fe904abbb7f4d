package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

/// The exact tier and the semantic tier over one set of entries.
///
/// SQLite holds the truth; the index holds the vectors of one encoder and may lag behind: an id that it names and
/// that has no live row is not served.
package final class ResponseCache: Sendable {
  package let configuration: CacheConfiguration
  /// Fingerprint of the encoder whose vectors are compared; nil leaves the exact tier alone.
  package let encoder: String?
  /// Vectors of other encoders, or damaged ones, that were found at start and left out.
  package let ignoredVectors: Int
  /// Why the index on disk is not used, and what to do about it; nil where it is, or where there is none.
  package let indexNotice: String?
  let store: Store
  let index: (any VectorIndex)?
  /// Judges what the index finds; nil leaves that to the similarity and the guard alone.
  package let verifier: HitVerifier?
  /// What the operator's budget for false hits asks of the verifier.
  package let hitThreshold: HitCalibration.Threshold

  /// Entries from further ahead than this come from a clock that was wrong, and are not served.
  static let clockTolerance: Int64 = 300_000

  init(
    store: Store, configuration: CacheConfiguration, encoder: String?, index: (any VectorIndex)?, ignoredVectors: Int,
    indexNotice: String? = nil, verifier: HitVerifier? = nil
  ) {
    self.indexNotice = indexNotice
    self.verifier = verifier
    hitThreshold =
      verifier?.threshold(budget: configuration.falseHitBudget)
      ?? HitCalibration.Threshold(probability: nil, family: "", pairs: 0)
    self.store = store
    self.configuration = configuration
    self.encoder = encoder
    self.index = index
    self.ignoredVectors = ignoredVectors
  }

  /// The stored answer of the same request of anybody in the tenant, unless it has expired or the request bypasses
  /// the caches.
  ///
  /// An answer that is one user's own is under another key: see `exact` of a plan.
  package func exact(_ request: CanonicalRequest, at now: Timestamp) throws -> CacheHit? {
    guard request.isReadable, let entry = try entry(under: request.key), request.mayRead(entryOf: entry.tenant),
      isLive(entry, at: now)
    else { return nil }
    return entry.hit(similarity: nil)
  }

  /// The stored answer of the same request by somebody who may be served it.
  package func exact(_ plan: CachePlan, at now: Timestamp) throws -> CacheHit? {
    guard plan.isReadable, let key = plan.key, let entry = try entry(under: key), isServable(entry, to: plan, at: now)
    else { return nil }
    return entry.hit(similarity: nil)
  }

  private func entry(under key: CacheKey) throws -> CacheEntry? {
    try store.lookup { transaction in
      try transaction.first(ResponseCache.selectByKey, [.blob(key.bytes)]) { row in try CacheEntry(row) }
    }
  }

  /// The answer of a stored prompt that means the same: near enough, and past the guard.
  package func similar(_ plan: CachePlan, _ embedding: Embedding, at now: Timestamp) throws -> SimilarResult {
    guard plan.isReadable, let partition = plan.partition, let index else { return SimilarResult() }
    try check(embedding)
    if let verifier {
      return try verified(plan, partition, embedding, by: verifier, index, at: now)
    }
    var result = SimilarResult()
    let matches = try index.search(
      partition: partition.partition, query: embedding.values, count: configuration.candidates)
    try store.read { transaction in
      let misses = try KnownMisses(plan, in: transaction)
      for match in matches {
        let entry = try transaction.first(
          ResponseCache.selectByID, [.integer(match.id), .blob(partition.bytes)]
        ) { row in
          try CacheEntry(row)
        }
        guard let entry, isServable(entry, to: plan, at: now) else { continue }
        if result.nearest == nil { result.nearest = match.similarity }
        guard match.similarity >= configuration.threshold else { return }
        if misses.forbid(entry) {
          result.refusals.append(SimilarResult.Refusal(similarity: match.similarity, reason: .calledWrong))
        } else if let reason = SimilarityGuard.refusal(asked: plan.prompt, stored: entry.prompt) {
          result.refusals.append(SimilarResult.Refusal(similarity: match.similarity, reason: reason))
        } else {
          result.hit = entry.hit(similarity: match.similarity)
          return
        }
      }
    }
    return result
  }

  /// Refuses what the index would refuse, before a row is written that it could never find.
  func check(_ embedding: Embedding) throws {
    guard embedding.encoder == encoder else {
      throw CacheFailure.otherEncoder(found: embedding.encoder, expected: encoder)
    }
    if let index, embedding.values.count != index.dimension {
      throw VectorIndexFailure.dimension(found: embedding.values.count, expected: index.dimension)
    }
  }

  // Without conditions on the entry's life, each of which would be bound anew each time: most entries are alive.
  static let selectByKey = "SELECT \(CacheEntry.columns) FROM cache_entry WHERE key = ?"
  // The index may be older than the rows: an id counts only in the partition that was searched.
  static let selectByID = "SELECT \(CacheEntry.columns) FROM cache_entry WHERE \(isInPartition)"
  static let isInPartition = "id = ? AND partition = ?"

  /// Whether the asker may be given the entry, and it is alive or, where the plan takes such, not too long dead.
  func isServable(_ entry: CacheEntry, to plan: CachePlan, at now: Timestamp) -> Bool {
    plan.mayRead(entryOf: entry.tenant) && isLive(entry, at: now, acceptsStale: plan.acceptsStale)
  }

  /// What an entry must fulfil to be served: not expired, not from the future, and no answer of a generator that has
  /// been replaced since or that has another adapter now.
  func isLive(_ entry: CacheEntry, at now: Timestamp, acceptsStale: Bool = false) -> Bool {
    let end = acceptsStale ? now.adding(milliseconds: -configuration.staleMilliseconds) : now
    return entry.expiresAt > end && entry.createdAt <= now.adding(milliseconds: ResponseCache.clockTolerance)
      && (entry.answer.tier != .generator || configuration.localModel == nil
        || entry.answer.model == configuration.localModel)
  }
}
