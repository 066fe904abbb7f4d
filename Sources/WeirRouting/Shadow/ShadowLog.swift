package import WeirDomain
package import WeirStore

/// What a shadow decided otherwise: counts of all prompts, and the latest differences without any text of theirs.
package enum ShadowLog {
  package static let migrations = [
    StoreMigration(
      id: "shadow-1",
      sql: """
        CREATE TABLE shadow_count (
          shadow TEXT NOT NULL,                   -- the digest of its file
          acting TEXT NOT NULL, decided TEXT NOT NULL,  -- tiers; '' for nobody
          requests INTEGER NOT NULL,
          priced INTEGER NOT NULL,                -- those of which both costs are known, in picodollars:
          acting_cost INTEGER NOT NULL, shadow_cost INTEGER NOT NULL,
          PRIMARY KEY (shadow, acting, decided)
        ) WITHOUT ROWID;
        CREATE TABLE shadow_case (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          shadow TEXT NOT NULL,
          at INTEGER NOT NULL,                    -- UTC milliseconds
          trace_id TEXT NOT NULL, tenant TEXT NOT NULL, intent TEXT,
          confidence REAL, complexity REAL,
          acting TEXT NOT NULL, decided TEXT NOT NULL
        );
        """)
  ]

  /// Differences that are kept; the oldest leave.
  package static let mostCases = 1000

  package struct Count: Sendable, Hashable {
    package var acting: Tier?
    package var decided: Tier?
    package var requests: Int
    package var priced: Int
    package var actingCost: Money
    package var shadowCost: Money
  }

  package struct Difference: Sendable, Hashable {
    package var at: Timestamp
    package var traceID: String
    package var tenant: String
    package var intent: String?
    package var confidence: Double?
    package var complexity: Double?
    package var acting: Tier?
    package var decided: Tier?
  }

  static func note(
    _ found: ShadowCase, _ way: Passage, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    let (acting, decided) = (found.acting?.rawValue ?? "", found.shadow?.rawValue ?? "")
    var costs: (Money, Money)?
    if let first = found.actingCost, let second = found.shadowCost { costs = (first, second) }
    try transaction.execute(
      """
      INSERT INTO shadow_count (shadow, acting, decided, requests, priced, acting_cost, shadow_cost)
      VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (shadow, acting, decided) DO UPDATE SET requests = requests + 1,
        priced = priced + excluded.priced, acting_cost = acting_cost + excluded.acting_cost,
        shadow_cost = shadow_cost + excluded.shadow_cost
      """,
      [
        .text(found.name), .text(acting), .text(decided), .integer(costs == nil ? 0 : 1),
        .integer(costs?.0.picodollars ?? 0), .integer(costs?.1.picodollars ?? 0),
      ])
    guard acting != decided else { return }
    try transaction.execute(
      """
      INSERT INTO shadow_case (shadow, at, trace_id, tenant, intent, confidence, complexity, acting, decided)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(found.name), .integer(way.at.milliseconds), .text(way.traceID.description), .text(way.request.tenant),
        .text(way.reading?.intent), .real(way.reading?.confidence), .real(way.complexity), .text(acting),
        .text(decided),
      ])
    try transaction.execute(
      "DELETE FROM shadow_case WHERE sequence <= ?", [.integer(transaction.lastInsertedID - Int64(mostCases))])
  }

  package static func counts(
    of shadow: String, in transaction: borrowing StoreTransaction
  ) throws -> [Count] {
    var counts: [Count] = []
    try transaction.rows(
      """
      SELECT acting, decided, requests, priced, acting_cost, shadow_cost FROM shadow_count WHERE shadow = ?
      ORDER BY requests DESC, acting, decided
      """, [.text(shadow)]
    ) { row in
      counts.append(
        Count(
          acting: Tier(rawValue: try row.text(0)), decided: Tier(rawValue: try row.text(1)),
          requests: Int(try row.integer(2)), priced: Int(try row.integer(3)),
          actingCost: Money(picodollars: try row.integer(4)), shadowCost: Money(picodollars: try row.integer(5))))
    }
    return counts
  }

  /// The latest differences, newest first.
  package static func differences(
    of shadow: String, limit: Int, in transaction: borrowing StoreTransaction
  ) throws -> [Difference] {
    var found: [Difference] = []
    try transaction.rows(
      """
      SELECT at, trace_id, tenant, intent, confidence, complexity, acting, decided FROM shadow_case WHERE shadow = ?
      ORDER BY sequence DESC LIMIT ?
      """, [.text(shadow), .integer(limit)]
    ) { row in
      found.append(
        Difference(
          at: Timestamp(milliseconds: try row.integer(0)), traceID: try row.text(1), tenant: try row.text(2),
          intent: try row.optionalText(3), confidence: try row.optionalReal(4), complexity: try row.optionalReal(5),
          acting: Tier(rawValue: try row.text(6)), decided: Tier(rawValue: try row.text(7))))
    }
    return found
  }
}
