internal import GRDB

extension Store {
  static let memoryPath = ":memory:"
  /// Readers that run at the same time; more wait for one of these.
  package static let readerCount = 4
  private static let busySeconds = 5.0

  /// Opens or creates the database at `path` and brings it to the schema of `migrations`.
  ///
  /// A missing folder is made with mode 0700 and the file with 0600, which its `-wal` and `-shm` files inherit; a
  /// file that others may read is closed to them, a folder that exists is left as it is. Refused: a file that is not
  /// a database, one of another program, and one with schema steps that `migrations` does not have.
  /// `flushesCommits` has each transaction on the disk before `write` returns, and so survive a power failure too.
  package static func open(
    path: String, migrations: [StoreMigration], flushesCommits: Bool = false
  ) throws(StoreFailure) -> Store {
    try StateFile.prepare(path)
    return try opening(path) {
      let configuration = configuration()
      let pool = try DatabasePool(path: path, configuration: configuration)
      if flushesCommits { try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") } }
      try SchemaSteps(path: path, migrations: migrations).apply(to: pool)
      return Store(
        path: path, database: pool, lookups: try LookupConnections(path: path, configuration: configuration),
        checkpoints: try BackgroundCheckpoint(path: path, configuration: configuration))
    }
  }

  /// A database without a file, gone with the value; for tests and runs without state.
  package static func inMemory(migrations: [StoreMigration]) throws(StoreFailure) -> Store {
    try opening(memoryPath) {
      let queue = try DatabaseQueue(configuration: configuration())
      try SchemaSteps(path: memoryPath, migrations: migrations).apply(to: queue)
      return Store(path: memoryPath, database: queue, lookups: nil, checkpoints: nil)
    }
  }

  /// Runs what opens `path`, with the failures of the library and of the system as the store's own.
  static func opening(_ path: String, _ body: () throws -> Store) throws(StoreFailure) -> Store {
    do {
      return try body()
    } catch let error as StoreFailure {
      throw error
    } catch let error as DatabaseError {
      throw StoreFailure(error, path: path)
    } catch {
      throw .cannotOpen(path: path, reason: "\(type(of: error))")
    }
  }

  static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "weir"
    configuration.busyMode = .timeout(busySeconds)
    configuration.foreignKeysEnabled = true
    configuration.maximumReaderCount = readerCount
    configuration.prepareDatabase { database in
      // A file from outside must not run functions through its schema: https://www.sqlite.org/pragma.html#pragma_trusted_schema
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
      if !database.configuration.readonly {
        // The log is cut back to this after a checkpoint, so that one burst does not hold the disk for ever.
        try database.execute(sql: "PRAGMA journal_size_limit = 16777216")
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(BackgroundCheckpoint.mostPages)")
      }
    }
    return configuration
  }
}
