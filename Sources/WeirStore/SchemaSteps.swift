internal import GRDB

/// Brings a database to the schema that the program knows, or refuses it.
struct SchemaSteps {
  let path: String
  let migrations: [StoreMigration]

  init(path: String, migrations: [StoreMigration]) {
    precondition(Set(migrations.map(\.id)).count == migrations.count, "two schema steps have the same id")
    self.path = path
    self.migrations = migrations
  }

  /// Runs the steps that the file has not seen, all in one transaction: two processes cannot both run one.
  func apply(to database: any DatabaseWriter) throws {
    if try database.read({ try pending($0) }).isEmpty { return }
    try database.write { database in
      let pending = try pending(database)
      guard !pending.isEmpty else { return }
      try database.execute(sql: "PRAGMA application_id = \(Store.applicationID)")
      try database.execute(sql: "CREATE TABLE IF NOT EXISTS schema_step (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID")
      for step in pending {
        do {
          try database.execute(sql: step.sql)
          try database.execute(sql: "INSERT INTO schema_step (id) VALUES (?)", arguments: [step.id])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
          throw StoreFailure.migration(path: path, id: step.id, reason: error.message ?? "unknown")
        }
      }
    }
  }

  /// Whether the file has all steps and no others.
  func isApplied(to database: any DatabaseReader) throws -> Bool {
    try database.read { try pending($0) }.isEmpty
  }

  private func pending(_ database: Database) throws -> [StoreMigration] {
    let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
    if tables == 0 { return migrations }
    let applicationID = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    guard applicationID == Store.applicationID else {
      throw StoreFailure.foreign(path: path, applicationID: applicationID)
    }
    let applied = try String.fetchSet(database, sql: "SELECT id FROM schema_step")
    let unknown = applied.subtracting(migrations.map(\.id))
    guard unknown.isEmpty else { throw StoreFailure.newerSchema(path: path, unknown: unknown.sorted()) }
    return migrations.filter { !applied.contains($0.id) }
  }
}
