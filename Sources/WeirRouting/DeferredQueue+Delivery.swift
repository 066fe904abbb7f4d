package import WeirDomain
package import WeirStore

/// Answers on their way to whoever waits for them: kept until they are delivered, once at least.
extension DeferredQueue {
  /// One row as people look at it: no text of the request or the answer.
  package struct Entry: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
      case waiting, working, answered, delivered, abandoned
    }

    package var sequence: Int64
    package var tenant: String
    package var requestID: String
    package var priority: RouteRequest.Priority
    package var enqueuedAt: Timestamp
    /// Not tried, or not delivered, before.
    package var nextAt: Timestamp
    package var attempts: Int
    package var state: State
    package var isUpgrade: Bool
  }

  /// Delivered rows that are kept, so that asking for one again can be told from asking for one that never was.
  private static let mostDelivered = 10_000

  /// The oldest answer that was completed and not delivered; `at` leaves out those whose next delivery is later.
  package static func undelivered(
    at now: Timestamp? = nil, in transaction: borrowing StoreTransaction
  ) throws -> Undelivered? {
    try transaction.first(
      """
      SELECT sequence, request_id, answer_id, answer, tier, model, tenant, is_stale, attempts FROM deferred_request
      WHERE state = 'answered' AND answer IS NOT NULL AND next_at <= ? ORDER BY sequence LIMIT 1
      """, [.integer(now?.milliseconds ?? .max)], read)
  }

  /// The same, left to the caller alone for `duration` milliseconds.
  package static func takeUndelivered(
    at now: Timestamp, for duration: Int64, in transaction: borrowing StoreTransaction
  ) throws -> Undelivered? {
    try transaction.first(
      """
      UPDATE deferred_request SET claimed_until = ? WHERE sequence = (
        SELECT sequence FROM deferred_request
        WHERE state = 'answered' AND answer IS NOT NULL AND next_at <= ? AND claimed_until <= ?
        ORDER BY sequence LIMIT 1)
      RETURNING sequence, request_id, answer_id, answer, tier, model, tenant, is_stale, attempts
      """,
      [
        .integer(now.adding(milliseconds: duration).milliseconds), .integer(now.milliseconds),
        .integer(now.milliseconds),
      ], read)
  }

  /// The answer to one request: by the number of its row.
  package static func undelivered(
    sequence: Int64, in transaction: borrowing StoreTransaction
  ) throws -> Undelivered? {
    try transaction.first(
      """
      SELECT sequence, request_id, answer_id, answer, tier, model, tenant, is_stale, attempts FROM deferred_request
      WHERE state = 'answered' AND answer IS NOT NULL AND sequence = ?
      """, [.integer(sequence)], read)
  }

  private static func read(_ row: borrowing StoreRow) throws -> Undelivered {
    Undelivered(
      sequence: try row.integer(0), tenant: try row.text(6), requestID: try row.text(1),
      answer: Answer(
        id: try row.parsed(2, as: "a ULID") { ULID($0) }, text: try row.text(3),
        tier: try row.parsed(4, as: "a tier") { Tier(rawValue: $0) }, model: try row.optionalText(5),
        isStale: try row.integer(7) != 0), deliveries: Int(try row.integer(8)))
  }

  /// Forgets the text of an answer that somebody has received, and rows that were delivered long ago.
  ///
  /// Nothing where the row's answer is not `answer` (the cost event's id).
  package static func markDelivered(
    _ sequence: Int64, answer: ULID, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      "UPDATE deferred_request SET answer = NULL WHERE sequence = ? AND answer_id = ?",
      [.integer(sequence), .text(answer.description)])
    try transaction.execute(
      "DELETE FROM deferred_request WHERE state = 'answered' AND answer IS NULL AND sequence < ?",
      [.integer(sequence - Int64(mostDelivered))])
  }

  /// Nobody delivers the answer now: it is there for the next one who looks.
  package static func releaseDelivery(
    _ sequence: Int64, answer: ULID, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      "UPDATE deferred_request SET claimed_until = 0 WHERE sequence = ? AND answer_id = ? AND state = 'answered'",
      [.integer(sequence), .text(answer.description)])
  }

  /// An answer that could not be delivered: the next try is at `time`, jittered by who asks.
  package static func postponeDelivery(
    _ sequence: Int64, answer: ULID, until time: Timestamp, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      """
      UPDATE deferred_request SET next_at = ?, claimed_until = 0, attempts = attempts + 1
      WHERE sequence = ? AND answer_id = ? AND state = 'answered'
      """, [.integer(time.milliseconds), .integer(sequence), .text(answer.description)])
  }

  /// How often the delivery of an answer was tried in vain, besides attempts at the answer itself.
  package static func attempts(
    _ sequence: Int64, in transaction: borrowing StoreTransaction
  ) throws -> Int {
    try transaction.first("SELECT attempts FROM deferred_request WHERE sequence = ?", [.integer(sequence)]) { row in
      Int(try row.integer(0))
    } ?? 0
  }

  /// Holds on to a request that is still being answered; false when the claim was lost: another worker has it.
  package static func renew(
    _ claim: Claim, until time: Timestamp, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    try transaction.execute(
      "UPDATE deferred_request SET claimed_until = ? WHERE sequence = ? AND claim = ? AND state = 'waiting'",
      [.integer(time.milliseconds), .integer(claim.sequence), .integer(claim.number)]) == 1
  }

  /// When the next request or delivery is due; nil where nothing waits.
  package static func nextDue(in transaction: borrowing StoreTransaction) throws -> Timestamp? {
    let time = try transaction.first(
      """
      SELECT min(max(next_at, claimed_until)) FROM deferred_request
      WHERE state = 'waiting' OR (state = 'answered' AND answer IS NOT NULL)
      """
    ) { row in try row.optionalInteger(0) }
    return time.flatMap { $0 }.map { Timestamp(milliseconds: $0) }
  }

  /// The newest rows first, at most `limit`.
  package static func entries(
    tenant: String? = nil, limit: Int, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> [Entry] {
    try entries(
      where: tenant == nil ? "1" : "tenant = ?", tenant.map { [.text($0)] } ?? [], limit: limit, at: now,
      in: transaction)
  }

  /// Rows whose number or request id is `name`, the newest first.
  package static func entries(
    named name: String, tenant: String?, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> [Entry] {
    if let sequence = Int64(name) {
      let found = try entries(where: "sequence = ?", [.integer(sequence)], limit: 1, at: now, in: transaction)
      if let entry = found.first, tenant == nil || entry.tenant == tenant { return [entry] }
    }
    return try entries(
      where: "request_id = ?" + (tenant == nil ? "" : " AND tenant = ?"),
      [.text(name)] + (tenant.map { [.text($0)] } ?? []), limit: 100, at: now, in: transaction)
  }

  private static func entries(
    where condition: String, _ values: [StoreValue], limit: Int, at now: Timestamp,
    in transaction: borrowing StoreTransaction
  ) throws -> [Entry] {
    var entries: [Entry] = []
    try transaction.rows(
      """
      SELECT sequence, tenant, request_id, priority, enqueued_at, next_at, attempts, state, answer IS NULL,
        claimed_until > ?, purpose
      FROM deferred_request WHERE \(condition) ORDER BY sequence DESC LIMIT ?
      """, [.integer(now.milliseconds)] + values + [.integer(limit)]
    ) { row in
      let state: Entry.State =
        switch (try row.text(7), try row.integer(8) != 0, try row.integer(9) != 0) {
        case ("waiting", _, let isClaimed): isClaimed ? .working : .waiting
        case ("answered", let isGone, _): isGone ? .delivered : .answered
        default: .abandoned
        }
      let priorities: [RouteRequest.Priority] = [.express, .standard, .batch]
      let rank = Int(try row.integer(3))
      entries.append(
        Entry(
          sequence: try row.integer(0), tenant: try row.text(1), requestID: try row.text(2),
          priority: priorities.indices.contains(rank) ? priorities[rank] : .batch,
          enqueuedAt: Timestamp(milliseconds: try row.integer(4)), nextAt: Timestamp(milliseconds: try row.integer(5)),
          attempts: Int(try row.integer(6)), state: state, isUpgrade: try row.text(10) == "upgrade"))
    }
    return entries
  }

  /// Takes a request out of the queue for good; false when it is being answered, or was, or is not there.
  package static func cancel(
    _ sequence: Int64, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) -> Bool {
    try transaction.execute(
      """
      DELETE FROM deferred_request
      WHERE sequence = ? AND ((state = 'waiting' AND claimed_until <= ?) OR state = 'abandoned')
      """, [.integer(sequence), .integer(now.milliseconds)]) == 1
  }
}
