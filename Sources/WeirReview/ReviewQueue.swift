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
        """)
  ]

  /// Keeps the sample unless its id is there already; false means that it was.
  @discardableResult
  package static func keep(
    _ sample: ReviewSample, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    let changed = try transaction.execute(
      """
      INSERT INTO review_sample (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
      """,
      [
        .text(sample.id.description), .integer(sample.at.milliseconds), .text(sample.requestID),
        .text(sample.tenant), .text(sample.cause.rawValue), .real(sample.probability), .text(sample.prompt),
        .text(sample.answer), .text(sample.tier.rawValue), .text(sample.intent), .real(sample.confidence),
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
  package static func samples(
    since: Timestamp? = nil, limit: Int? = nil, in transaction: borrowing StoreTransaction,
    _ body: (ReviewSample) throws -> Void
  ) throws {
    try transaction.rows(
      "SELECT \(columns) FROM review_sample WHERE at >= ? ORDER BY sequence LIMIT ?",
      [.integer(since?.milliseconds ?? .min), .integer(limit ?? -1)]
    ) { row in
      try body(try sample(row))
    }
  }

  private static let columns =
    "id, at, request_id, tenant, cause, probability, prompt, answer, tier, intent, confidence"

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
      confidence: try row.optionalReal(10))
  }
}
