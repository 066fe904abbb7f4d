internal import Foundation
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
  /// Needs up to twice the file's bytes of free disk in the file's folder while it runs, and waits for other writers; readers go on. A process
  /// that ends in between leaves the database as it was.
  package func vacuum() throws {
    try checkpoint()
    do {
      try database.writeWithoutTransaction { database in
        // The copy goes to SQLite's folder for temporary files, which may lie on a smaller disk than the database.
        if path != Store.memoryPath {
          let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
          try database.execute(sql: "PRAGMA temp_store_directory = \(Store.quoted(folder))")
        }
        defer { try? database.execute(sql: "PRAGMA temp_store_directory = ''") }
        try database.execute(sql: "VACUUM")
      }
    } catch {
      throw StoreFailure.translating(error, path: path)
    }
    try checkpoint()
  }

  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
