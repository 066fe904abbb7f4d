internal import GRDB

/// How much room the database takes, and giving some of it back.
extension Store {
  /// Bytes of the file's pages, those that are free included.
  package func fileBytes() throws -> Int64 {
    try read { transaction in
      try transaction.first("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()") { row in
        try row.integer(0)
      } ?? 0
    }
  }

  /// Writes the database anew without its free pages, and empties the write-ahead log.
  ///
  /// Needs up to twice the file's bytes of free disk while it runs, and waits for other writers; readers go on. A process
  /// that ends in between leaves the database as it was.
  package func vacuum() throws {
    try checkpoint()
    do {
      try database.writeWithoutTransaction { database in try database.execute(sql: "VACUUM") }
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
    try checkpoint()
  }
}
