package import WeirDomain
package import WeirStore

/// Answers that nobody waits for: asked of somebody else once a request was answered, for the reviewers and the cache.
///
/// A row is written in the transaction of the answer it belongs to, and done in the transaction of its own answer: what is
/// cut off in between is done by the next worker once the claim has run out.
package enum BackgroundQueue {
  package static let migrations = [
    StoreMigration(
      id: "background-1",
      sql: """
        CREATE TABLE background_request (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          purpose TEXT NOT NULL,                  -- upgrade, compare, local
          request_id TEXT NOT NULL,
          body TEXT NOT NULL,                     -- the request without its id, versioned JSON; '' once it is done
          sample TEXT,                            -- the review sample that the answer is put beside
          enqueued_at INTEGER NOT NULL,           -- UTC milliseconds, as all times here
          next_at INTEGER NOT NULL,               -- not to be claimed before
          attempts INTEGER NOT NULL DEFAULT 0,
          claim INTEGER NOT NULL DEFAULT 0,       -- grows with each claim
          claimed_until INTEGER NOT NULL DEFAULT 0,
          tried_at INTEGER,                       -- the last claim
          cost INTEGER NOT NULL DEFAULT 0,        -- picodollars, of all attempts
          state TEXT NOT NULL DEFAULT 'waiting'   -- waiting, done, abandoned
        );
        CREATE INDEX background_request_waiting ON background_request (sequence) WHERE state = 'waiting';
        CREATE INDEX background_request_tried ON background_request (tried_at) WHERE tried_at IS NOT NULL;
        -- Doubtful answers are not cached: the same prompt asked again needs no second remote answer.
        CREATE UNIQUE INDEX background_request_once ON background_request (body)
          WHERE state = 'waiting' AND purpose = 'upgrade';
        """)
  ]

  package enum Purpose: String, Sendable, Hashable, CaseIterable {
    /// A remote answer for the cache, and beside the local one where that is a sample.
    case upgrade
    /// A remote answer beside an audited local one.
    case compare
    /// A local answer beside an audited remote one.
    case local
  }

  /// What a day and a minute may take.
  package struct Limits: Sendable, Hashable {
    package var perMinute: Int
    package var costPerDay: Money

    package init(perMinute: Int = 60, costPerDay: Money = Money(picodollars: 1_000_000_000_000)) {
      self.perMinute = perMinute
      self.costPerDay = costPerDay
    }
  }

  /// A request that this worker may answer until its claim runs out.
  package struct Claim: Sendable, Hashable {
    package var sequence: Int64
    package var number: Int64
    package var purpose: Purpose
    package var request: RouteRequest
    package var sampleID: ULID?
    /// The answer that was given, where it is a sample's.
    package var given: String?
    /// Times that it was claimed before, by workers that were killed as well.
    package var attempts: Int
  }

  package struct Counts: Sendable, Hashable {
    package var waiting = 0
    package var done = 0
    package var abandoned = 0
  }

  /// More do not wait: what comes then is left out.
  package static let mostWaiting = 10_000
  package static let mostAttempts = 8
  static let claimMilliseconds: Int64 = 600_000
  private static let dayMilliseconds: Int64 = 86_400_000

  /// Adds the request; false where the queue is full, or the same one waits already for the cache's sake.
  @discardableResult
  package static func enqueue(
    _ request: RouteRequest, _ purpose: Purpose, sample: ULID?, at now: Timestamp,
    in transaction: borrowing StoreTransaction
  ) throws -> Bool {
    var body = request
    body.id = ""
    let changed = try transaction.execute(
      """
      INSERT INTO background_request (purpose, request_id, body, sample, enqueued_at, next_at)
      SELECT ?, ?, ?, ?, ?, ? WHERE ? >
        (SELECT count(*) FROM (SELECT 1 FROM background_request WHERE state = 'waiting' LIMIT ?))
      ON CONFLICT (body) WHERE state = 'waiting' AND purpose = 'upgrade' DO NOTHING
      """,
      [
        .text(purpose.rawValue), .text(request.id), .text(try DeferredRequestBody.write(body)),
        .text(sample?.description), .integer(now.milliseconds), .integer(now.milliseconds), .integer(mostWaiting),
        .integer(mostWaiting),
      ])
    return changed == 1
  }

  /// Takes the oldest request that is due; nil where none is, or a limit is reached.
  ///
  /// Money is looked at before a request and known after it: a day may go over its limit by one request of each worker.
  package static func claim(
    _ limits: Limits, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> Claim? {
    let day = now.milliseconds - (now.milliseconds % dayMilliseconds)
    try transaction.execute(
      "DELETE FROM background_request WHERE tried_at < ? AND state <> 'waiting'",
      [.integer(day - dayMilliseconds)])
    let spent = try transaction.first(
      """
      SELECT coalesce(sum(cost), 0), coalesce(sum(tried_at > ? AND tried_at <= ?), 0) FROM background_request
      WHERE tried_at >= ?
      """,
      [.integer(now.milliseconds - 60_000), .integer(now.milliseconds), .integer(min(day, now.milliseconds - 60_000))]
    ) { row in (cost: try row.integer(0), tries: try row.integer(1)) }
    if let spent, spent.cost >= limits.costPerDay.picodollars || spent.tries >= limits.perMinute { return nil }
    while let found = try take(at: now, in: transaction) {
      if let claim = found.claim, claim.attempts < mostAttempts { return claim }
      // A body that this version cannot read, or one whose workers were killed each time, stays where it can be looked at.
      try transaction.execute(
        "UPDATE background_request SET state = 'abandoned' WHERE sequence = ?", [.integer(found.sequence)])
    }
    return nil
  }

  private static func take(
    at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> (sequence: Int64, claim: Claim?)? {
    try transaction.first(
      """
      UPDATE background_request SET claim = claim + 1, attempts = attempts + 1, claimed_until = ?, tried_at = ? WHERE sequence = (
        SELECT sequence FROM background_request
        WHERE state = 'waiting' AND next_at <= ? AND claimed_until <= ? ORDER BY sequence LIMIT 1)
      RETURNING sequence, claim, purpose, request_id, body, sample, attempts,
        (SELECT answer FROM review_sample WHERE id = sample)
      """,
      [
        .integer(now.milliseconds + claimMilliseconds), .integer(now.milliseconds), .integer(now.milliseconds),
        .integer(now.milliseconds),
      ]
    ) { row in
      let sequence = try row.integer(0)
      guard var request = DeferredRequestBody.read(try row.text(4)), let purpose = Purpose(rawValue: try row.text(2))
      else { return (sequence, nil) }
      request.id = try row.text(3)
      return (
        sequence,
        Claim(
          sequence: sequence, number: try row.integer(1), purpose: purpose, request: request,
          sampleID: try row.optionalText(5).flatMap { ULID($0) }, given: try row.optionalText(7),
          attempts: Int(try row.integer(6)) - 1)
      )
    }
  }

  /// What became of a claim; what it cost is added either way. False where the claim was lost.
  @discardableResult
  package static func settle(
    _ claim: Claim, _ outcome: Settlement, cost: Money, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    let (state, next, untried): (String, Int64?, Int) =
      switch outcome {
      case .done: ("done", nil, 0)
      case .abandoned: ("abandoned", nil, 0)
      case .again(let at): ("waiting", at.milliseconds, 0)
      case .released: ("waiting", nil, 1)
      }
    let changed = try transaction.execute(
      """
      UPDATE background_request SET state = ?1, next_at = coalesce(?2, next_at), attempts = attempts - ?3,
        claimed_until = 0, cost = cost + ?4, body = CASE WHEN ?1 = 'waiting' THEN body ELSE '' END
      WHERE sequence = ?5 AND claim = ?6 AND state = 'waiting'
      """,
      [
        .text(state), next.map { .integer($0) } ?? .null, .integer(untried), .integer(cost.picodollars),
        .integer(claim.sequence), .integer(claim.number),
      ])
    if changed == 1 { return true }
    // The worker that was too late has spent the day's money all the same.
    try transaction.execute(
      "UPDATE background_request SET cost = cost + ? WHERE sequence = ?",
      [.integer(cost.picodollars), .integer(claim.sequence)])
    return false
  }

  /// Holds on to a request that is still being answered; false when the claim was lost.
  package static func renew(
    _ claim: Claim, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    try transaction.execute(
      "UPDATE background_request SET claimed_until = ? WHERE sequence = ? AND claim = ? AND state = 'waiting'",
      [
        .integer(now.milliseconds + claimMilliseconds), .integer(claim.sequence), .integer(claim.number),
      ]) == 1
  }

  package enum Settlement: Sendable, Hashable {
    case done
    /// It cannot be answered.
    case abandoned
    case again(Timestamp)
    /// The worker was stopped.
    case released
  }

  package static func counts(in transaction: borrowing StoreTransaction) throws -> Counts {
    var counts = Counts()
    try transaction.rows("SELECT state, count(*) FROM background_request GROUP BY state") { row in
      let count = Int(try row.integer(1))
      switch try row.text(0) {
      case "waiting": counts.waiting = count
      case "done": counts.done = count
      default: counts.abandoned += count
      }
    }
    return counts
  }
}
