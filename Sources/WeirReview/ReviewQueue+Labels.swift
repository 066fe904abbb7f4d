internal import WeirDomain
package import WeirStore

/// Labels that come back from people.
extension ReviewQueue {
  /// What a label changed.
  package enum Labelling: Sendable, Hashable {
    case added
    /// The reviewer had said something else of the same answer.
    case changed
    case same
    case unknownSample
    /// The label is about an answer that the sample does not have.
    case noOther
  }

  /// Keeps one label a reviewer and answer: the last one that was said.
  @discardableResult
  package static func record(_ label: ReviewLabel, in transaction: borrowing StoreTransaction) throws -> Labelling {
    let found = try transaction.first(
      "SELECT sequence, other_answer IS NOT NULL FROM review_sample WHERE id = ?", [.text(label.sampleID.description)]
    ) { row in (sequence: try row.integer(0), hasOther: try row.integer(1) != 0) }
    guard let found else { return .unknownSample }
    guard label.subject == .answer || found.hasOther else { return .noOther }
    let (isRight, intent) = columns(of: label.verdict)
    let key: [StoreValue] = [.integer(found.sequence), .text(label.reviewer), .text(label.subject.rawValue)]
    let before = try transaction.first(
      "SELECT is_right, intent FROM review_label WHERE sample = ? AND reviewer = ? AND subject = ?", key
    ) { row in (row.value(0), row.value(1)) }
    if let before, before == (isRight, intent) { return .same }
    try transaction.execute(
      """
      INSERT INTO review_label (sample, reviewer, subject, is_right, intent, at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (sample, reviewer, subject)
        DO UPDATE SET is_right = excluded.is_right, intent = excluded.intent, at = excluded.at
      """, key + [isRight, intent, .integer(label.at.milliseconds)])
    return before == nil ? .added : .changed
  }

  /// Labels, or samples that have some.
  package static func labelCounts(
    in transaction: borrowing StoreTransaction
  ) throws -> (labels: Int, samples: Int) {
    try transaction.first("SELECT count(*), count(DISTINCT sample) FROM review_label") { row in
      (Int(try row.integer(0)), Int(try row.integer(1)))
    } ?? (0, 0)
  }

  /// Passes every sample that has a label, in the order in which their first labels came.
  ///
  /// The order does not change when labels are added or changed: what was seen stays the beginning.
  package static func judged(
    in transaction: borrowing StoreTransaction, _ body: (JudgedSample) throws -> Void
  ) throws {
    var current: JudgedSample.Ballot?
    try transaction.rows(
      """
      SELECT first.label, s.id, s.at, s.tenant, s.cause, s.probability, s.tier, s.intent, s.confidence, s.head,
        s.threshold, s.budget, s.other_tier, l.reviewer, l.subject, l.is_right, l.intent, s.shadow,
        s.shadow_tier
      FROM (SELECT sample, min(sequence) AS label FROM review_label GROUP BY sample) first
        JOIN review_sample s ON s.sequence = first.sample JOIN review_label l ON l.sample = first.sample
      ORDER BY first.label, l.sequence
      """
    ) { row in
      let order = try row.integer(0)
      if current?.sample.order != order {
        if let done = current { try body(done.counted) }
        current = JudgedSample.Ballot(try judgedSample(row))
      }
      let verdict: ReviewLabel.Verdict =
        if let intent = try row.optionalText(16) {
          .intent(intent)
        } else {
          try row.integer(15) != 0 ? .right : .wrong
        }
      current?.add(
        try row.parsed(14, as: "answer or other") { ReviewLabel.Subject(rawValue: $0) }, verdict,
        by: try row.text(13))
    }
    if let done = current { try body(done.counted) }
  }

  private static func judgedSample(_ row: borrowing StoreRow) throws -> JudgedSample {
    JudgedSample(
      order: try row.integer(0), id: try row.parsed(1, as: "a ULID") { ULID($0) },
      at: Timestamp(milliseconds: try row.integer(2)), tenant: try row.text(3),
      cause: try row.parsed(4, as: "a cause") { ReviewSample.Cause(rawValue: $0) }, probability: try row.real(5),
      tier: try row.parsed(6, as: "a tier") { Tier(rawValue: $0) }, intent: try row.optionalText(7),
      confidence: try row.optionalReal(8), head: try row.optionalText(9), threshold: try row.optionalReal(10),
      budget: try row.optionalReal(11), shadow: try shadow(row, from: 17),
      otherTier: row.isNull(12) ? nil : try row.parsed(12, as: "a tier") { Tier(rawValue: $0) })
  }

  private static func columns(of verdict: ReviewLabel.Verdict) -> (isRight: StoreValue, intent: StoreValue) {
    switch verdict {
    case .right: (.integer(1), .null)
    case .wrong: (.integer(0), .null)
    case .intent(let name): (.null, .text(name))
    }
  }
}
