internal import GRDB

/// The statements of one transaction; cannot be copied, and so cannot outlive the closure that receives it.
///
/// In `Store.read` it sees one state of the database throughout, and SQLite refuses statements that write. Compiled
/// statements are kept by connection and found again by their text: keep texts constant and bind what varies.
package struct StoreTransaction: ~Copyable {
  let database: Database
  let path: String
  private let streaming = StreamingStatements()

  init(database: Database, path: String) {
    self.database = database
    self.path = path
  }

  /// Runs one statement that returns no rows (rows of a PRAGMA are dropped); returns how many rows it changed.
  @discardableResult
  package func execute(_ sql: String, _ values: [StoreValue] = []) throws(StoreFailure) -> Int {
    do {
      let statement = try statement(sql)
      try statement.execute(arguments: StatementArguments(values.map(\.databaseValue)))
      return database.changesCount
    } catch {
      throw failure(error, sql)
    }
  }

  /// The rowid that the last INSERT of this connection made.
  package var lastInsertedID: Int64 { database.lastInsertedRowID }

  /// Passes the rows of a result to `body`, one at a time, without ever holding more than one.
  package func rows(
    _ sql: String, _ values: [StoreValue] = [], _ body: (borrowing StoreRow) throws -> Void
  ) throws {
    do {
      let statement = try statement(sql)
      streaming.texts.append(sql)
      defer { streaming.texts.removeLast() }
      let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values.map(\.databaseValue)))
      while let row = try cursor.next() {
        try body(StoreRow(row: row))
      }
    } catch let error as DatabaseError {
      throw failure(error, sql)
    }
  }

  /// What `body` makes of the first row; nil where the result has none.
  package func first<Value>(
    _ sql: String, _ values: [StoreValue] = [], _ body: (borrowing StoreRow) throws -> Value
  ) throws -> Value? {
    do {
      let statement = try statement(sql)
      streaming.texts.append(sql)
      defer { streaming.texts.removeLast() }
      let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values.map(\.databaseValue)))
      guard let row = try cursor.next() else { return nil }
      return try body(StoreRow(row: row))
    } catch let error as DatabaseError {
      throw failure(error, sql)
    }
  }

  /// A kept statement, or a fresh one while a result of the kept one is still being read: to bind it again would
  /// restart that result.
  private func statement(_ sql: String) throws -> Statement {
    streaming.texts.contains(sql)
      ? try database.makeStatement(sql: sql) : try database.cachedStatement(sql: sql)
  }

  private func failure(_ error: any Error, _ sql: String) -> StoreFailure {
    if let error = error as? DatabaseError { return StoreFailure(error, path: path) }
    if let error = error as? StoreFailure { return error }
    return .statement(sql: sql, reason: "\(type(of: error))")
  }

  /// The texts whose results are being read now, the innermost last; used from the transaction's own thread only.
  private final class StreamingStatements {
    var texts: [String] = []
  }
}
