internal import Foundation
internal import GRDB

/// The node's one SQLite database: its only writer, and the readers beside it.
///
/// The file is in WAL mode with `synchronous=NORMAL`, unless it is opened to flush each commit. A committed transaction survives the end of the process
/// however it ends, `kill -9` included, and a transaction is there wholly or not at all. After a power failure the
/// file is intact, but the last transactions before it may be missing, those since the last checkpoint at worst; with
/// each commit flushed (`synchronous=FULL`) none are.
///
/// Calls block: the caller chooses the thread. Writers wait for each other; a reader sees the last commit at its
/// start and waits for nobody. Calls must not be nested: from inside a closure use the transaction it received.
package final class Store: Sendable {
  /// Marks the file as Weir's (`PRAGMA application_id`): the letters WEIR.
  package static let applicationID: Int64 = 0x5745_4952

  /// The file, or `:memory:`.
  package let path: String
  let database: any DatabaseWriter
  /// Nil for a database without a file, which has one connection only.
  private let lookups: LookupConnections?
  /// Nil for a database without a file.
  let checkpoints: BackgroundCheckpoint?

  init(
    path: String, database: any DatabaseWriter, lookups: LookupConnections?, checkpoints: BackgroundCheckpoint?
  ) {
    self.path = path
    self.database = database
    self.lookups = lookups
    self.checkpoints = checkpoints
  }

  /// Runs `body` in a transaction: all of it is kept when `body` returns, nothing when it or the commit throws.
  ///
  /// Throws `StoreFailure`, or what `body` throws.
  @discardableResult
  package func write<Value>(_ body: (borrowing StoreTransaction) throws -> Value) throws -> Value {
    do {
      let (value, changes) = try database.write { database in
        let value = try body(StoreTransaction(database: database, path: path))
        return (value, database.totalChangesCount)
      }
      checkpoints?.note(totalChanges: changes)
      return value
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
  }

  /// Runs `body` on one unchanging state of the database; up to `Store.readerCount` of them at a time.
  package func read<Value>(_ body: (borrowing StoreTransaction) throws -> Value) throws -> Value {
    do {
      return try database.read { database in
        try body(StoreTransaction(database: database, path: path))
      }
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
  }

  /// Runs `body`, whose statements each read the last commit: two of them may see different states.
  ///
  /// For one statement that finds a row by its key: a quarter of what `read` takes.
  package func lookup<Value>(_ body: (borrowing StoreTransaction) throws -> Value) throws -> Value {
    do {
      let value = try lookups?.run { database in try body(StoreTransaction(database: database, path: path)) }
      if let value { return value }
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
    return try read(body)
  }

  /// Moves what the write-ahead log holds into the file and empties the log.
  ///
  /// Waits for readers, up to the busy timeout; throws `busy` when one of them still reads the log then.
  package func checkpoint() throws {
    guard path != Store.memoryPath else { return }
    do {
      try database.writeWithoutTransaction { database in
        _ = try database.checkpoint(.truncate)
      }
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
  }

  /// Makes what is committed survive a loss of power as well: see `synchronous` above.
  ///
  /// Waits for no reader and no writer; throws `busy` where another checkpoint goes on for too long.
  package func synchronize() throws {
    guard path != Store.memoryPath else { return }
    var patience = 100
    while true {
      do {
        // SQLite syncs the log before it moves anything from it: https://www.sqlite.org/wal.html#checkpointing
        _ = try database.writeWithoutTransaction { database in try database.checkpoint(.passive) }
        return
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && patience > 0 {
        patience -= 1
        Thread.sleep(forTimeInterval: 0.01)
      } catch {
        throw StoreFailure.translating(error, path: path)
      }
    }
  }

  /// What SQLite finds wrong with the file's pages and indexes, at most 10 findings; empty when all is well.
  ///
  /// Reads the whole file.
  package func findings() throws -> [String] {
    try read { transaction in
      var findings: [String] = []
      try transaction.rows("PRAGMA quick_check(10)") { row in
        let text = try row.text(0)
        if text != "ok" { findings.append(text) }
      }
      return findings
    }
  }

  /// Ends all use of the file; later calls throw.
  package func close() throws {
    do {
      try lookups?.close()
      try checkpoints?.close()
      // Only tidies up: what the log holds is as safe there as in the file, so a full disk does not matter here.
      try? checkpoint()
      try database.close()
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
  }
}
