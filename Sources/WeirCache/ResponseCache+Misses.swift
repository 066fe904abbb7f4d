package import WeirDomain
internal import WeirStore
internal import WeirFiles
internal import WeirVectorIndex

/// Answers that a person called wrong for a prompt: they are not served to it again, whatever their similarity.
///
/// A pair is remembered by digests of both prompts within their partition, so that it holds for an answer that is
/// stored anew, too, and for either prompt's answer to the other. Where the stored prompt itself got a wrong answer,
/// the digest of each such answer is remembered, and only a different one is stored.
struct KnownMisses: Sendable {
  private let partition: [UInt8]
  private let stored: Set<PromptDigest>

  /// Those of the asked prompt; two lookups in indexes, and nearly always empty.
  init(_ plan: CachePlan, in transaction: borrowing StoreTransaction) throws {
    guard let key = plan.partition else {
      (partition, stored) = ([], [])
      return
    }
    partition = key.bytes
    var stored: Set<PromptDigest> = []
    try transaction.rows(
      "SELECT stored FROM cache_miss WHERE asked = ?1 UNION SELECT asked FROM cache_miss WHERE stored = ?1",
      [.blob(PromptDigest(partition: partition, prompt: plan.prompt).bytes)]
    ) { row in stored.insert(PromptDigest(bytes: try row.blob(0))) }
    self.stored = stored
  }

  /// Whether the stored prompt's answer was called wrong for the asked one.
  func forbid(_ entry: CacheEntry) -> Bool {
    forbid(prompt: entry.prompt)
  }

  func forbid(prompt: String) -> Bool {
    !stored.isEmpty && stored.contains(PromptDigest(partition: partition, prompt: prompt))
  }
}

extension ResponseCache {
  /// Whether this answer to this prompt was called wrong before: it is not stored again.
  static func isKnownWrong(
    _ answer: CachedAnswer, to plan: CachePlan, in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    guard let own = ownDigest(plan.partition?.bytes, plan.key?.bytes, plan.prompt) else { return false }
    return try isKnownWrong(answer.text, to: own, in: transaction)
  }

  static func isKnownWrong(
    _ answer: String, to own: PromptDigest, in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    try transaction.first(
      "SELECT 1 FROM cache_miss WHERE asked = ?1 AND stored = ?1 AND answer = ?2",
      [.blob(own.bytes), .blob(digest(of: answer))]
    ) { _ in true } ?? false
  }

  /// What a wrong answer came to.
  package struct WrongAnswer: Sendable, Hashable {
    /// True where the answer was wrong for another prompt than the one it was stored for.
    package var isPair: Bool
    package var tenant: String
  }

  /// Takes an entry out because its answer was wrong, and remembers for which prompt.
  ///
  /// `asked` is the prompt that got it, canonical or not; nil or the stored prompt itself say that the answer is wrong
  /// for what it was stored for. Nil where there is no such entry. The verifier hears of it as refuted evidence.
  package func markWrong(
    _ id: Int64, asked: String?, at now: Timestamp
  ) throws -> WrongAnswer? {
    let found: WrongAnswer? = try store.write { transaction in
      try markWrong(id, asked: asked, at: now, in: transaction)
    }
    if found != nil { try index?.remove(id) }
    return found
  }

  private func markWrong(
    _ id: Int64, asked: String?, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> WrongAnswer? {
    struct Row {
      var key: [UInt8], partition: [UInt8]?, tenant: String, prompt: String, answer: String
    }
    let row = try transaction.first(
      "SELECT key, partition, tenant, prompt, answer FROM cache_entry WHERE id = ?", [.integer(id)]
    ) { row in
      Row(
        key: try row.blob(0), partition: row.isNull(1) ? nil : try row.blob(1), tenant: try row.text(2),
        prompt: try row.text(3), answer: try row.text(4))
    }
    guard let row, let stored = ResponseCache.ownDigest(row.partition, row.key, row.prompt) else { return nil }
    let prompt = asked.map { canonical($0) } ?? row.prompt
    // What only the exact tier knows is served to its own prompt alone.
    let isPair = row.partition != nil && prompt != row.prompt
    let asking = row.partition.map { isPair ? PromptDigest(partition: $0, prompt: prompt) : stored } ?? stored
    try transaction.execute(
      """
      INSERT INTO cache_miss (asked, stored, answer, tenant, created_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (asked, stored, answer) DO UPDATE SET created_at = excluded.created_at
      """,
      [
        .blob(asking.bytes), .blob(stored.bytes), .blob(isPair ? [] : ResponseCache.digest(of: row.answer)),
        .text(row.tenant), .integer(now.milliseconds),
      ])
    if isPair {
      try ResponseCache.recordEvidence(
        Evidence(score: 1, wasRight: false, at: now), entryID: id, stored: stored, in: transaction)
    }
    try count("wrong", by: 1, in: transaction)
    _ = try remove("id = ?", [.integer(id)], in: transaction)
    return WrongAnswer(isPair: isPair, tenant: row.tenant)
  }

  func canonical(_ prompt: String) -> String {
    CanonicalPrompt([ChatMessage(role: .user, content: prompt)], foldingCase: configuration.foldsCase).lastUserTurn
  }

  /// A prompt that only the exact tier knows stands under its own key.
  static func ownDigest(_ partition: [UInt8]?, _ key: [UInt8]?, _ prompt: String) -> PromptDigest? {
    (partition ?? key).map { PromptDigest(partition: $0, prompt: prompt) }
  }

  static func digest(of answer: String) -> [UInt8] {
    Array(SHA256Digest(of: Array(answer.utf8)).bytes.prefix(16))
  }
}
