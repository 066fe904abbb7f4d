package import WeirDomain
package import WeirStore

/// What is known of hits that were judged: by an audit, by a person.
///
/// It is kept under the stored prompt's digest and outlives the entry: the same prompt stored anew starts from it.
extension ResponseCache {
  package struct Evidence: Sendable, Hashable {
    /// What the verifier said when it decided, 0...1.
    package var score: Double
    package var wasRight: Bool
    package var at: Timestamp

    package init(score: Double, wasRight: Bool, at: Timestamp) {
      self.score = score
      self.wasRight = wasRight
      self.at = at
    }
  }

  /// Most pieces of evidence that are kept for one stored prompt; the oldest leave.
  package static let mostEvidence = 64

  /// Notes one judged hit of an entry.
  package static func recordEvidence(
    _ evidence: Evidence, entryID: Int64, stored: PromptDigest, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      "INSERT INTO cache_evidence (entry_id, stored, score, was_right, at) VALUES (?, ?, ?, ?, ?)",
      [
        .integer(entryID), .blob(stored.bytes), .real(evidence.score), .integer(evidence.wasRight ? 1 : 0),
        .integer(evidence.at.milliseconds),
      ])
    try transaction.execute(
      """
      DELETE FROM cache_evidence WHERE stored = ?1 AND id <=
        (SELECT id FROM cache_evidence WHERE stored = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
      """, [.blob(stored.bytes), .integer(mostEvidence)])
  }

  /// The evidence of a stored prompt, newest first.
  package static func evidence(
    of stored: PromptDigest, in transaction: borrowing StoreTransaction
  ) throws -> [Evidence] {
    var found: [Evidence] = []
    try transaction.rows(
      "SELECT score, was_right, at FROM cache_evidence WHERE stored = ? ORDER BY id DESC", [.blob(stored.bytes)]
    ) { row in
      found.append(
        Evidence(
          score: try row.real(0), wasRight: try row.integer(1) != 0,
          at: Timestamp(milliseconds: try row.integer(2))))
    }
    return found
  }
}
