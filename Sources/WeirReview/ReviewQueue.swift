package import WeirDomain
package import WeirStore

/// The samples that wait for a person to label them.
package enum ReviewQueue {
  package static let migrations = [
    StoreMigration(
      id: "review-1",
      sql: """
        CREATE TABLE review_sample (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          at INTEGER NOT NULL,                    -- UTC milliseconds
          request_id TEXT NOT NULL,
          tenant TEXT NOT NULL,
          cause TEXT NOT NULL,
          probability REAL NOT NULL CHECK (probability > 0 AND probability <= 1),
          prompt TEXT NOT NULL,
          answer TEXT NOT NULL,
          tier TEXT NOT NULL,
          intent TEXT,
          confidence REAL
        );
        CREATE INDEX review_sample_by_time ON review_sample (at);
        """),
    StoreMigration(
      id: "review-2",
      sql: """
        ALTER TABLE review_sample ADD COLUMN trace_id TEXT;
        ALTER TABLE review_sample ADD COLUMN head TEXT;           -- which classifier said the confidence
        ALTER TABLE review_sample ADD COLUMN threshold REAL;      -- NULL where the confidence did not decide
        ALTER TABLE review_sample ADD COLUMN other_answer TEXT;   -- of somebody else, to look at side by side
        ALTER TABLE review_sample ADD COLUMN other_tier TEXT;
        ALTER TABLE review_sample ADD COLUMN other_agreement REAL;
        CREATE TABLE review_label (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          sample INTEGER NOT NULL REFERENCES review_sample (sequence),
          reviewer TEXT NOT NULL,
          subject TEXT NOT NULL,                  -- answer: the one that was given; other: the one beside it
          is_right INTEGER,                       -- NULL where the reviewer named the prompt's intent instead
          intent TEXT,
          at INTEGER NOT NULL,                    -- UTC milliseconds
          UNIQUE (sample, reviewer, subject),
          CHECK ((is_right IS NULL) <> (intent IS NULL))
        );
        """),
    StoreMigration(
      id: "review-3",
      sql: """
        ALTER TABLE review_sample ADD COLUMN budget REAL;         -- the error budget in force
        ALTER TABLE review_sample ADD COLUMN shadow TEXT;         -- the policy that decided without acting
        ALTER TABLE review_sample ADD COLUMN shadow_tier TEXT;    -- and whom it would have asked; NULL nobody
        """),
  ]

  /// Keeps the sample unless its id is there already; false means that it was.
  @discardableResult
  package static func keep(
    _ sample: ReviewSample, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    let changed = try transaction.execute(
      """
      INSERT INTO review_sample (\(columns))
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
      """,
      [
        .text(sample.id.description), .integer(sample.at.milliseconds), .text(sample.requestID),
        .text(sample.tenant), .text(sample.cause.rawValue), .real(sample.probability), .text(sample.prompt),
        .text(sample.answer), .text(sample.tier.rawValue), .text(sample.intent), .real(sample.confidence),
        .text(sample.traceID?.description), .text(sample.head), .real(sample.threshold), .real(sample.budget),
        .text(sample.other?.answer), .text(sample.other?.tier.rawValue), .real(sample.other?.agreement),
        .text(sample.shadow?.policy), .text(sample.shadow?.tier?.rawValue),
      ])
    return changed == 1
  }

  /// How many samples are kept, of one cause or of all.
  package static func count(
    of cause: ReviewSample.Cause? = nil, in transaction: borrowing StoreTransaction
  ) throws -> Int {
    let condition = cause == nil ? "" : " WHERE cause = ?"
    let values = cause.map { [StoreValue.text($0.rawValue)] } ?? []
    return Int(
      try transaction.first("SELECT count(*) FROM review_sample\(condition)", values) { row in try row.integer(0) } ?? 0
    )
  }

  /// Passes the samples from `since` on, in the order they were kept, at most `limit` of them.
  ///
  /// With `unlabelled` only those that nobody has labelled.
  package static func samples(
    since: Timestamp? = nil, limit: Int? = nil, unlabelled: Bool = false, in transaction: borrowing StoreTransaction,
    _ body: (ReviewSample) throws -> Void
  ) throws {
    try transaction.rows(
      """
      SELECT \(columns) FROM review_sample WHERE at >= ?
        AND NOT (? AND EXISTS (SELECT 1 FROM review_label WHERE sample = review_sample.sequence))
      ORDER BY sequence LIMIT ?
      """,
      [.integer(since?.milliseconds ?? .min), .integer(unlabelled ? 1 : 0), .integer(limit ?? -1)]
    ) { row in
      try body(try sample(row))
    }
  }

  /// The sample of this id; nil where there is none.
  package static func sample(_ id: ULID, in transaction: borrowing StoreTransaction) throws -> ReviewSample? {
    try transaction.first("SELECT \(columns) FROM review_sample WHERE id = ?", [.text(id.description)]) { row in
      try sample(row)
    }
  }

  private static let columns = """
    id, at, request_id, tenant, cause, probability, prompt, answer, tier, intent, confidence, trace_id, head, \
    threshold, budget, other_answer, other_tier, other_agreement, shadow, shadow_tier
    """

  private static func sample(_ row: borrowing StoreRow) throws(StoreFailure) -> ReviewSample {
    ReviewSample(
      id: try row.parsed(0, as: "a ULID") { ULID($0) },
      at: Timestamp(milliseconds: try row.integer(1)),
      requestID: try row.text(2),
      tenant: try row.text(3),
      cause: try row.parsed(4, as: "a cause") { ReviewSample.Cause(rawValue: $0) },
      probability: try row.real(5),
      prompt: try row.text(6),
      answer: try row.text(7),
      tier: try row.parsed(8, as: "a tier") { Tier(rawValue: $0) },
      intent: try row.optionalText(9),
      confidence: try row.optionalReal(10),
      traceID: row.isNull(11) ? nil : try row.parsed(11, as: "a ULID") { ULID($0) },
      head: try row.optionalText(12),
      threshold: try row.optionalReal(13),
      budget: try row.optionalReal(14),
      shadow: try shadow(row, from: 18),
      other: row.isNull(15) || row.isNull(16)
        ? nil
        : ReviewSample.Counterpart(
          answer: try row.text(15), tier: try row.parsed(16, as: "a tier") { Tier(rawValue: $0) },
          agreement: try row.optionalReal(17)))
  }

  static func shadow(_ row: borrowing StoreRow, from column: Int) throws(StoreFailure) -> ReviewSample.Shadow? {
    guard let policy = try row.optionalText(column) else { return nil }
    return ReviewSample.Shadow(policy: policy, tier: try row.optionalText(column + 1).flatMap { Tier(rawValue: $0) })
  }

  /// Puts another answer beside the sample's; one that is there already stays. False where nothing changed.
  @discardableResult
  package static func putBeside(
    _ other: ReviewSample.Counterpart, sampleID: ULID, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    let changed = try transaction.execute(
      """
      UPDATE review_sample SET other_answer = ?, other_tier = ?, other_agreement = ?
      WHERE id = ? AND other_answer IS NULL
      """,
      [
        .text(other.answer), .text(other.tier.rawValue), .real(other.agreement), .text(sampleID.description),
      ])
    return changed == 1
  }
}
