internal import Glibc
package import WeirDomain
package import WeirStore

/// Local answers that their users called wrong.
///
/// Nobody knows what share of wrong answers is reported, so reports estimate nothing. But at least so many were wrong:
/// where the reports alone exceed the budget, it is broken.
package enum AnswerReports {
  package static let migrations = [
    StoreMigration(
      id: "answer-report-1",
      sql: """
        CREATE TABLE answer_report (
          trace_id TEXT PRIMARY KEY,
          at INTEGER NOT NULL,                    -- of the report, UTC milliseconds
          answered_at INTEGER NOT NULL,
          tier TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX answer_report_by_time ON answer_report (answered_at);
        """)
  ]

  package enum Reporting: Sendable, Hashable {
    case added
    /// It was reported before.
    case same
    /// No answer of this node has this trace id.
    case unknownAnswer
    /// Somebody else's answer: it is noted, and the error budget is not about it.
    case addedForRemote
  }

  /// Local answers by templates and the generator, and those of them that were reported.
  package struct Counts: Sendable, Hashable {
    package var answers: Int
    package var wrong: Int
  }

  @discardableResult
  package static func report(
    _ traceID: ULID, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> Reporting {
    let found = try transaction.first(
      "SELECT at, tier FROM cost_event WHERE id = ? AND outcome = 'answered'", [.text(traceID.description)]
    ) { row in (at: try row.integer(0), tier: try row.parsed(1, as: "a tier") { Tier(rawValue: $0) }) }
    guard let found else { return .unknownAnswer }
    let changed = try transaction.execute(
      "INSERT INTO answer_report (trace_id, at, answered_at, tier) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      [
        .text(traceID.description), .integer(now.milliseconds), .integer(found.at), .text(found.tier.rawValue),
      ])
    return changed == 0 ? .same : found.tier.isLocal ? .added : .addedForRemote
  }

  /// Of answers from `since` on; without any reports the answers are not counted, which takes time.
  package static func counts(
    since: Timestamp?, in transaction: borrowing StoreTransaction
  ) throws -> Counts {
    let from = StoreValue.integer(since?.milliseconds ?? .min)
    let wrong = try transaction.first(
      "SELECT count(*) FROM answer_report WHERE answered_at >= ? AND tier IN ('template', 'generator')", [from]
    ) { row in Int(try row.integer(0)) }
    guard let wrong, wrong > 0 else { return Counts(answers: 0, wrong: 0) }
    let answers = try transaction.first(
      """
      SELECT count(*) FROM cost_event WHERE at >= ? AND outcome = 'answered' AND tier IN ('template', 'generator')
      """, [from]
    ) { row in Int(try row.integer(0)) }
    return Counts(answers: max(answers ?? 0, wrong), wrong: wrong)
  }

  private static let stakes = [0.25, 1.0, 4.0, 16.0]

  /// How many times the reports speak against the budget being kept, at any time (Ville, 1939): capital of bets of fixed
  /// sizes on each answer. An answer that is reported later, or never, is taken for right till then, which only loses.
  static func evidence(_ counts: Counts, budget: Double) -> Double {
    let sum = stakes.reduce(0.0) { sum, stake in
      let stake = min(stake, 0.5 / budget)
      let wrong = Double(counts.wrong) * log1p(stake * (1 - budget))
      let right = Double(counts.answers - counts.wrong) * log1p(-stake * budget)
      return sum + exp(min(wrong + right, 230))
    }
    return sum / Double(stakes.count)
  }
}
