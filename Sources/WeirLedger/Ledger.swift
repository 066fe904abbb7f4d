package import WeirDomain
package import WeirStore

/// The append-only record of what every request cost and saved.
///
/// Rows get a `sequence` that only grows on this node, so that a reader who remembers the last one it saw misses
/// none; the event's id makes a repeated `record` harmless.
package enum Ledger {
  package static let migrations = [
    StoreMigration(
      id: "ledger-1",
      sql: """
        CREATE TABLE cost_event (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          at INTEGER NOT NULL,                    -- UTC milliseconds
          request_id TEXT NOT NULL,
          tenant TEXT NOT NULL,
          user TEXT, feature TEXT, experiment TEXT,
          outcome TEXT NOT NULL,
          tier TEXT, model TEXT, intent TEXT,
          confidence REAL,
          prompt_tokens INTEGER NOT NULL,
          completion_tokens INTEGER NOT NULL,
          tokens_estimated INTEGER NOT NULL,
          cost INTEGER NOT NULL,                  -- money columns are picodollars
          saved_by_cache INTEGER NOT NULL,
          saved_by_routing INTEGER NOT NULL,
          nanoseconds INTEGER NOT NULL,
          timings TEXT NOT NULL                   -- step=nanoseconds, joined by semicolons
        );
        CREATE INDEX cost_event_by_time ON cost_event (at);
        """),
    StoreMigration(
      id: "ledger-2",
      sql: """
        ALTER TABLE cost_event ADD COLUMN compressed_tokens INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE cost_event ADD COLUMN saved_by_compression INTEGER NOT NULL DEFAULT 0;
        """),
  ]

  static let columns = """
    id, at, request_id, tenant, user, feature, experiment, outcome, tier, model, intent, confidence, \
    prompt_tokens, completion_tokens, tokens_estimated, cost, saved_by_cache, saved_by_routing, nanoseconds, timings, \
    compressed_tokens, saved_by_compression
    """

  /// Appends the event unless its id is there already; false means that it was.
  @discardableResult
  package static func record(
    _ event: CostEvent, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    let changed = try transaction.execute(
      """
      INSERT INTO cost_event (\(columns))
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO NOTHING
      """,
      [
        .text(event.id.description), .integer(event.at.milliseconds), .text(event.requestID), .text(event.tenant),
        .text(event.user), .text(event.feature), .text(event.experiment), .text(event.outcome.rawValue),
        .text(event.tier?.rawValue), .text(event.model), .text(event.intent), .real(event.confidence),
        .integer(event.usage.prompt), .integer(event.usage.completion), .integer(event.usage.isEstimated ? 1 : 0),
        .integer(event.cost.picodollars), .integer(event.savedByCache.picodollars),
        .integer(event.savedByRouting.picodollars), .integer(event.nanoseconds),
        .text(TimingText.write(event.timings)), .integer(event.compressedTokens),
        .integer(event.savedByCompression.picodollars),
      ])
    return changed == 1
  }
}
