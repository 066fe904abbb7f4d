package import WeirStore

/// The bytes that went over the link, by calendar month (UTC), kept over restarts.
package enum LinkUsage {
  package static let migrations = [
    StoreMigration(
      id: "link-1",
      sql: """
        CREATE TABLE link_usage (
          month TEXT PRIMARY KEY,        -- yyyy-mm
          sent INTEGER NOT NULL,         -- bytes, heads and bodies as HTTP has them
          received INTEGER NOT NULL
        ) WITHOUT ROWID;
        """)
  ]

  package struct Bytes: Sendable, Hashable {
    package var sent: Int64
    package var received: Int64

    package init(sent: Int64 = 0, received: Int64 = 0) {
      self.sent = sent
      self.received = received
    }

    package var total: Int64 { sent + received }
  }

  package static func add(
    _ bytes: Bytes, month: String, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      """
      INSERT INTO link_usage (month, sent, received) VALUES (?, ?, ?)
      ON CONFLICT (month) DO UPDATE SET sent = sent + excluded.sent, received = received + excluded.received
      """, [.text(month), .integer(bytes.sent), .integer(bytes.received)])
  }

  package static func bytes(in month: String, in transaction: borrowing StoreTransaction) throws -> Bytes {
    try transaction.first("SELECT sent, received FROM link_usage WHERE month = ?", [.text(month)]) { row in
      Bytes(sent: try row.integer(0), received: try row.integer(1))
    } ?? Bytes()
  }
}
