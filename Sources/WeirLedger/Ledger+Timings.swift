package import WeirDomain
package import WeirStore

extension Ledger {
  /// Passes the timings of requests that a remote model answered.
  package static func timings(
    ofRemoteSince since: Timestamp?, in transaction: borrowing StoreTransaction,
    _ body: ([StepTiming]) throws -> Void
  ) throws {
    try transaction.rows(
      """
      SELECT timings FROM cost_event
      WHERE outcome = 'answered' AND tier IN ('economy', 'standard', 'premium') AND at >= ?
      """, [.integer(since?.milliseconds ?? .min)]
    ) { row in
      try body(TimingText.read(try row.text(0)))
    }
  }
}
