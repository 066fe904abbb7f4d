package import WeirDomain
package import WeirStore

extension Ledger {
  /// How many events the ledger holds.
  package static func count(in transaction: borrowing StoreTransaction) throws -> Int {
    Int(try transaction.first("SELECT count(*) FROM cost_event") { row in try row.integer(0) } ?? 0)
  }

  /// Passes the events after `sequence`, oldest first, at most `limit` of them, each with its own sequence.
  package static func events(
    after sequence: Int64, limit: Int, in transaction: borrowing StoreTransaction,
    _ body: (_ sequence: Int64, _ event: CostEvent) throws -> Void
  ) throws {
    try transaction.rows(
      "SELECT sequence, \(columns) FROM cost_event WHERE sequence > ? ORDER BY sequence LIMIT ?",
      [.integer(sequence), .integer(limit)]
    ) { row in
      try body(try row.integer(0), try event(row, from: 1))
    }
  }

  /// The event whose columns start at `first`, in the order of `columns`.
  static func event(_ row: borrowing StoreRow, from first: Int) throws(StoreFailure) -> CostEvent {
    CostEvent(
      id: try row.parsed(first, as: "a ULID") { ULID($0) },
      at: Timestamp(milliseconds: try row.integer(first + 1)),
      requestID: try row.text(first + 2),
      tenant: try row.text(first + 3),
      user: try row.optionalText(first + 4),
      feature: try row.optionalText(first + 5),
      experiment: try row.optionalText(first + 6),
      outcome: try row.parsed(first + 7, as: "an outcome") { CostEvent.Outcome(rawValue: $0) },
      tier: row.isNull(first + 8) ? nil : try row.parsed(first + 8, as: "a tier") { Tier(rawValue: $0) },
      model: try row.optionalText(first + 9),
      intent: try row.optionalText(first + 10),
      confidence: try row.optionalReal(first + 11),
      usage: TokenUsage(
        prompt: Int(try row.integer(first + 12)), completion: Int(try row.integer(first + 13)),
        isEstimated: try row.integer(first + 14) != 0),
      cost: Money(picodollars: try row.integer(first + 15)),
      savedByCache: Money(picodollars: try row.integer(first + 16)),
      savedByRouting: Money(picodollars: try row.integer(first + 17)),
      compressedTokens: Int(try row.integer(first + 20)),
      savedByCompression: Money(picodollars: try row.integer(first + 21)),
      timings: TimingText.read(try row.text(first + 19)),
      nanoseconds: try row.integer(first + 18))
  }
}
