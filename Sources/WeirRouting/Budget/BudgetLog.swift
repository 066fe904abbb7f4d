package import WeirDomain
package import WeirStore

/// What the monitor did, and how it stands now: rows that outlive the process.
package enum BudgetLog {
  package static let migrations =
    [
      StoreMigration(
        id: "budget-1",
        sql: """
          -- The current state of each scope that is not as it was at first; '' stands for all tenants, or all intents.
          CREATE TABLE budget_state (
            head TEXT NOT NULL,                     -- the classifier: another one starts anew
            tenant TEXT NOT NULL, intent TEXT NOT NULL, share REAL NOT NULL,
            level INTEGER NOT NULL,
            raised_to REAL,                         -- NULL where nothing is answered locally
            since INTEGER NOT NULL,                 -- UTC milliseconds
            PRIMARY KEY (head, tenant, intent, share)
          ) WITHOUT ROWID;
          CREATE TABLE budget_event (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,                    -- UTC milliseconds
            head TEXT NOT NULL, tenant TEXT NOT NULL, intent TEXT NOT NULL, share REAL NOT NULL,
            kind TEXT NOT NULL,                     -- alarm, reset
            level INTEGER NOT NULL,
            audits INTEGER NOT NULL, wrong INTEGER NOT NULL, evidence REAL NOT NULL
          );
          """)
    ] + AnswerReports.migrations

  package struct Event: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
      /// The monitor found the budget broken.
      case alarm
      /// A person said that it begins anew.
      case reset
    }

    package var at: Timestamp
    package var scope: BudgetScope
    package var kind: Kind
    /// After it.
    package var level: Int
    /// Audited local answers that the alarm stands on.
    package var audits: Int
    package var wrong: Int
    package var evidence: Double
  }

  /// Which rows there are: as long as it is equal, nothing has to be derived anew.
  package struct Signature: Sendable, Hashable {
    var labels: Int64
    var latest: Int64
    var changed: Int64
    var event: Int64
    var reports: Int64
  }

  static func signature(in transaction: borrowing StoreTransaction) throws -> Signature {
    try transaction.first(
      """
      SELECT (SELECT count(*) FROM review_label), (SELECT coalesce(max(sequence), 0) FROM review_label),
        (SELECT coalesce(max(at), 0) FROM review_label), (SELECT coalesce(max(sequence), 0) FROM budget_event),
        (SELECT count(*) FROM answer_report)
      """
    ) { row in
      Signature(
        labels: try row.integer(0), latest: try row.integer(1), changed: try row.integer(2), event: try row.integer(3),
        reports: try row.integer(4))
    } ?? Signature(labels: 0, latest: 0, changed: 0, event: 0, reports: 0)
  }

  /// All scopes of this classifier that are not as they were at first.
  package static func states(head: String, in transaction: borrowing StoreTransaction) throws -> [BudgetState] {
    var states: [BudgetState] = []
    try transaction.rows(
      """
      SELECT tenant, intent, share, level, raised_to, since FROM budget_state WHERE head = ?
      ORDER BY tenant, intent, share
      """, [.text(head)]
    ) { row in
      states.append(
        BudgetState(
          scope: try scope(row, from: 0), level: Int(try row.integer(3)),
          raisedTo: try row.optionalReal(4) ?? .infinity, since: Timestamp(milliseconds: try row.integer(5))))
    }
    return states
  }

  /// Keeps an alarm unless another process was faster; false means that it was.
  @discardableResult
  package static func keep(
    _ state: BudgetState, _ reading: BudgetWatch.Reading, head: String, in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    let found = try transaction.first(
      "SELECT level FROM budget_state WHERE head = ? AND tenant = ? AND intent = ? AND share = ?",
      key(state.scope, head)
    ) { row in Int(try row.integer(0)) }
    guard found ?? 0 == state.level - 1 else { return false }
    try write(state, head: head, in: transaction)
    try append(
      Event(
        at: state.since, scope: state.scope, kind: .alarm, level: state.level, audits: reading.audits,
        wrong: reading.wrong, evidence: reading.evidence), head: head, in: transaction)
    return true
  }

  /// Begins the scope anew, as if nothing had been reviewed before.
  package static func reset(
    _ scope: BudgetScope, head: String, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws {
    try write(BudgetState(scope: scope, since: now), head: head, in: transaction)
    try append(
      Event(at: now, scope: scope, kind: .reset, level: 0, audits: 0, wrong: 0, evidence: 1), head: head,
      in: transaction)
  }

  /// The latest events of this classifier, newest first.
  package static func events(
    head: String, limit: Int, in transaction: borrowing StoreTransaction
  ) throws -> [Event] {
    var events: [Event] = []
    try transaction.rows(
      """
      SELECT tenant, intent, share, at, kind, level, audits, wrong, evidence FROM budget_event WHERE head = ?
      ORDER BY sequence DESC LIMIT ?
      """, [.text(head), .integer(limit)]
    ) { row in
      events.append(
        Event(
          at: Timestamp(milliseconds: try row.integer(3)), scope: try scope(row, from: 0),
          kind: try row.parsed(4, as: "alarm or reset") { Event.Kind(rawValue: $0) }, level: Int(try row.integer(5)),
          audits: Int(try row.integer(6)), wrong: Int(try row.integer(7)), evidence: try row.real(8)))
    }
    return events
  }

  private static func write(
    _ state: BudgetState, head: String, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      """
      INSERT INTO budget_state (head, tenant, intent, share, level, raised_to, since) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (head, tenant, intent, share)
        DO UPDATE SET level = excluded.level, raised_to = excluded.raised_to, since = excluded.since
      """,
      key(state.scope, head) + [
        .integer(state.level), state.raisedTo.isFinite ? .real(state.raisedTo) : .null,
        .integer(state.since.milliseconds),
      ])
  }

  private static func append(
    _ event: Event, head: String, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      """
      INSERT INTO budget_event (head, tenant, intent, share, at, kind, level, audits, wrong, evidence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      key(event.scope, head) + [
        .integer(event.at.milliseconds), .text(event.kind.rawValue), .integer(event.level), .integer(event.audits),
        .integer(event.wrong), .real(event.evidence),
      ])
  }

  private static func key(_ scope: BudgetScope, _ head: String) -> [StoreValue] {
    [.text(head), .text(scope.tenant ?? ""), .text(scope.intent ?? ""), .real(scope.share)]
  }

  private static func scope(_ row: borrowing StoreRow, from column: Int) throws(StoreFailure) -> BudgetScope {
    let (tenant, intent) = (try row.text(column), try row.text(column + 1))
    return BudgetScope(
      tenant: tenant.isEmpty ? nil : tenant, intent: intent.isEmpty ? nil : intent, share: try row.real(column + 2))
  }
}
