package import WeirDomain
package import WeirStore

/// Requests that wait for the link, kept until somebody has answered them.
///
/// A worker claims requests for a time; when it neither completes nor fails them by then, another may claim them.
/// The claim's number changes with each, so that a worker which comes back too late can no longer write.
package enum DeferredQueue {
  package static let migrations = [
    StoreMigration(
      id: "deferred-1",
      sql: """
        CREATE TABLE deferred_request (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          tenant TEXT NOT NULL,
          request_id TEXT NOT NULL,
          priority INTEGER NOT NULL,              -- 0 express, 1 standard, 2 batch
          body TEXT NOT NULL,                     -- the request, versioned JSON
          enqueued_at INTEGER NOT NULL,           -- UTC milliseconds, as all times here
          next_at INTEGER NOT NULL,               -- not to be claimed before
          attempts INTEGER NOT NULL DEFAULT 0,
          claim INTEGER NOT NULL DEFAULT 0,       -- grows with each claim
          claimed_until INTEGER NOT NULL DEFAULT 0,
          state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, answered, abandoned
          answer_id TEXT,
          answer TEXT, tier TEXT, model TEXT      -- until the answer has been delivered
        );
        -- Callers' ids may repeat from run to run (line-1, line-2): only the same request that still waits is the same.
        CREATE UNIQUE INDEX deferred_request_once ON deferred_request (tenant, request_id, body)
          WHERE state = 'waiting';
        CREATE INDEX deferred_request_waiting ON deferred_request (priority, sequence) WHERE state = 'waiting';
        """),
    StoreMigration(
      id: "deferred-2",
      sql: "ALTER TABLE deferred_request ADD COLUMN is_stale INTEGER NOT NULL DEFAULT 0"),
    StoreMigration(
      id: "deferred-3",
      sql: """
        ALTER TABLE deferred_request ADD COLUMN purpose TEXT NOT NULL DEFAULT 'answer';  -- answer, upgrade
        CREATE INDEX deferred_request_answered ON deferred_request (next_at, sequence)
          WHERE state = 'answered' AND answer IS NOT NULL;
        """),
  ]

  /// A request that this worker may answer until `until`.
  package struct Claim: Sendable, Hashable {
    package var sequence: Int64
    package var number: Int64
    package var request: RouteRequest
    package var enqueuedAt: Timestamp
    /// Times that it was tried before.
    package var attempts: Int
    package var until: Timestamp
    /// True where nobody waits for the answer: it is for the cache.
    package var isUpgrade = false
  }

  /// An answer that nobody has received yet.
  package struct Answer: Sendable, Hashable {
    /// The cost event's id.
    package var id: ULID
    package var text: String
    package var tier: Tier
    package var model: String?
    /// True for a stored answer whose time was over when it was given.
    package var isStale: Bool

    package init(id: ULID, text: String, tier: Tier, model: String?, isStale: Bool = false) {
      self.id = id
      self.text = text
      self.tier = tier
      self.model = model
      self.isStale = isStale
    }
  }

  /// A completed request whose answer has not been delivered.
  package struct Undelivered: Sendable, Hashable {
    package var sequence: Int64
    package var tenant: String
    package var requestID: String
    package var answer: Answer
    /// Deliveries that were tried in vain.
    package var deliveries: Int

    package init(sequence: Int64, tenant: String, requestID: String, answer: Answer, deliveries: Int = 0) {
      self.sequence = sequence
      self.tenant = tenant
      self.requestID = requestID
      self.answer = answer
      self.deliveries = deliveries
    }
  }

  /// How many requests are in which state.
  package struct Counts: Sendable, Hashable {
    /// Not claimed, or with a claim that has run out; also those that wait for their next attempt.
    package var waiting = 0
    /// Waiting or claimed, and for the cache alone.
    package var upgrades = 0
    package var claimed = 0
    package var answered = 0
    /// Given up; they stay until they are looked at.
    package var abandoned = 0
  }

  /// Adds the request unless the very same one (tenant, id and all else) waits already; false means that it does.
  @discardableResult
  package static func enqueue(
    _ request: RouteRequest, isUpgrade: Bool = false, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    let changed = try transaction.execute(
      """
      INSERT INTO deferred_request (tenant, request_id, priority, body, enqueued_at, next_at, purpose)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, request_id, body) WHERE state = 'waiting' DO NOTHING
      """,
      [
        .text(request.tenant), .text(request.id), .integer(rank(request.priority)),
        .text(try DeferredRequestBody.write(request)), .integer(now.milliseconds), .integer(now.milliseconds),
        .text(isUpgrade ? "upgrade" : "answer"),
      ])
    return changed == 1
  }

  /// Takes up to `limit` requests that are due: by priority, then the longest waiting first.
  ///
  /// Nobody else gets them for `duration` milliseconds. A body that this version cannot read is abandoned, not
  /// dropped: it stays in the table, and `counts` shows it.
  package static func claim(
    limit: Int, for duration: Int64, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> [Claim] {
    while true {
      let (claims, abandoned) = try claimReadable(limit: limit, for: duration, at: now, in: transaction)
      // Unreadable ones must not hide those behind them.
      if !claims.isEmpty || abandoned == 0 { return claims }
    }
  }

  private static func claimReadable(
    limit: Int, for duration: Int64, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> (claims: [Claim], abandoned: Int) {
    let until = now.adding(milliseconds: duration)
    var claims: [Claim] = []
    var unreadable: [Int64] = []
    try transaction.rows(
      """
      UPDATE deferred_request SET claim = claim + 1, claimed_until = ? WHERE sequence IN (
        SELECT sequence FROM deferred_request
        WHERE state = 'waiting' AND next_at <= ? AND claimed_until <= ? ORDER BY priority, sequence LIMIT ?)
      RETURNING sequence, claim, body, enqueued_at, attempts, priority, purpose
      """,
      [.integer(until.milliseconds), .integer(now.milliseconds), .integer(now.milliseconds), .integer(limit)]
    ) { row in
      let sequence = try row.integer(0)
      guard let request = DeferredRequestBody.read(try row.text(2)) else {
        unreadable.append(sequence)
        return
      }
      claims.append(
        Claim(
          sequence: sequence, number: try row.integer(1), request: request,
          enqueuedAt: Timestamp(milliseconds: try row.integer(3)), attempts: Int(try row.integer(4)), until: until,
          isUpgrade: try row.text(6) == "upgrade"))
    }
    for sequence in unreadable {
      try transaction.execute(
        "UPDATE deferred_request SET state = 'abandoned' WHERE sequence = ?", [.integer(sequence)])
    }
    // RETURNING gives rows in the order of the update, which SQLite leaves open.
    claims.sort { (rank($0.request.priority), $0.sequence) < (rank($1.request.priority), $1.sequence) }
    return (claims, unreadable.count)
  }

  /// Keeps the answer until it is delivered; false when the claim was lost, and then nothing is written.
  ///
  /// Until `leasedUntil` nobody else delivers it.
  @discardableResult
  package static func complete(
    _ claim: Claim, _ answer: Answer, leasedUntil: Timestamp = Timestamp(milliseconds: 0),
    in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    if claim.isUpgrade {
      // The cache has it now, and nobody else wants it.
      return try transaction.execute(
        "DELETE FROM deferred_request WHERE sequence = ? AND claim = ? AND state = 'waiting'",
        [.integer(claim.sequence), .integer(claim.number)]) == 1
    }
    let changed = try transaction.execute(
      """
      UPDATE deferred_request SET state = 'answered', answer_id = ?, answer = ?, tier = ?, model = ?,
        is_stale = ?, claimed_until = ?, body = '', attempts = 0
      WHERE sequence = ? AND claim = ? AND state = 'waiting'
      """,
      [
        .text(answer.id.description), .text(answer.text), .text(answer.tier.rawValue), .text(answer.model),
        .integer(answer.isStale ? 1 : 0), .integer(leasedUntil.milliseconds), .integer(claim.sequence),
        .integer(claim.number),
      ])
    return changed == 1
  }

  /// Gives the request back as if it had not been claimed, due now or at `until`; false when the claim was lost.
  @discardableResult
  package static func release(
    _ claim: Claim, until time: Timestamp? = nil, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    try transaction.execute(
      """
      UPDATE deferred_request SET claimed_until = 0, next_at = coalesce(?, next_at)
      WHERE sequence = ? AND claim = ? AND state = 'waiting'
      """,
      [time.map { .integer($0.milliseconds) } ?? .null, .integer(claim.sequence), .integer(claim.number)]) == 1
  }

  /// Gives the request back to be tried again at `nextAttempt`, or for good where that is nil; false when the claim
  /// was lost.
  @discardableResult
  package static func fail(
    _ claim: Claim, nextAttempt: Timestamp?, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    let changed = try transaction.execute(
      """
      UPDATE deferred_request SET attempts = attempts + 1, claimed_until = 0, next_at = coalesce(?, next_at),
        state = CASE WHEN ? THEN 'waiting' ELSE 'abandoned' END
      WHERE sequence = ? AND claim = ? AND state = 'waiting'
      """,
      [
        nextAttempt.map { .integer($0.milliseconds) } ?? .null, .integer(nextAttempt == nil ? 0 : 1),
        .integer(claim.sequence), .integer(claim.number),
      ])
    return changed == 1
  }

  package static func counts(at now: Timestamp, in transaction: borrowing StoreTransaction) throws -> Counts {
    var counts = Counts()
    try transaction.rows(
      "SELECT iif(purpose = 'upgrade' AND state = 'waiting', 'upgrade', state), claimed_until > ?, count(*) "
        + "FROM deferred_request GROUP BY 1, 2", [.integer(now.milliseconds)]
    ) { row in
      let count = Int(try row.integer(2))
      switch (try row.text(0), try row.integer(1) != 0) {
      case ("waiting", false): counts.waiting += count
      case ("waiting", true): counts.claimed += count
      case ("upgrade", _): counts.upgrades += count
      case ("answered", _): counts.answered += count
      default: counts.abandoned += count
      }
    }
    return counts
  }

  private static func rank(_ priority: RouteRequest.Priority) -> Int {
    switch priority {
    case .express: 0
    case .standard: 1
    case .batch: 2
    }
  }
}
