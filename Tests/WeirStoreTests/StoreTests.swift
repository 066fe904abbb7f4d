import Foundation
import Glibc
import Testing

@testable import WeirStore

/// A folder of its own, gone with the value.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "weir-store-\(UUID().uuidString)").path()
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct StoreTests {
  static let migrations = [
    StoreMigration(
      id: "a-1",
      sql:
        "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, value BLOB); CREATE INDEX by_value ON item (value);"
    ),
    StoreMigration(id: "b-1", sql: "CREATE TABLE part (item INTEGER REFERENCES item (id)) -- no semicolon"),
  ]

  private func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  private func names(_ store: Store) throws -> [String] {
    try store.read { transaction in
      var names: [String] = []
      try transaction.rows("SELECT name FROM item ORDER BY id") { row in names.append(try row.text(0)) }
      return names
    }
  }

  @Test func `values of every class come back as they went in`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    let values: [StoreValue] = [
      .null, .integer(Int64.min), .integer(Int64.max), .real(-0.25), .real(.infinity), .text(""),
      .text("e\u{301}\u{1F600}"),
      .text("before\0after"), .blob([]), .blob([0, 255]),
    ]
    for value in values {
      try store.write { transaction in
        try transaction.execute("DELETE FROM item")
        try transaction.execute("INSERT INTO item (id, value) VALUES (1, ?)", [value])
        #expect(transaction.lastInsertedID == 1)
      }
      let read = try store.read { transaction in
        try transaction.first("SELECT value FROM item WHERE value IS ?", [value]) { row in row.value(0) }
      }
      if case .text(let text) = value, text.contains("\0") {
        #expect(read == .blob(Array(text.utf8)))
      } else {
        #expect(read == value)
      }
    }
  }

  @Test func `a text that holds NUL is read back as text`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try store.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES (?)", [.text("a\0b")]) }
    #expect(try names(store) == ["a\0b"])
    #expect(throws: StoreFailure.self) {
      try store.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES (?)", [.text("a\0b")]) }
    }
  }

  @Test func `a column of another class is told by its name, without its value`() throws {
    let store = try Store.inMemory(migrations: [])
    #expect(throws: StoreFailure.unexpectedValue(column: "secret", found: "TEXT", expected: "INTEGER")) {
      try store.read { transaction in try transaction.first("SELECT 'x' AS secret") { row in try row.integer(0) } }
    }
    try store.read { transaction in
      try transaction.rows("SELECT 1, 2.5, NULL, 'x', x'00'") { row in
        let whole = try row.real(0)
        #expect(whole == 1)
        let nothing: [Any?] = [try row.optionalReal(2), try row.optionalText(2), try row.optionalInteger(2)]
        #expect(nothing.allSatisfy { $0 == nil })
      }
    }
    func read(_ body: @escaping (borrowing StoreRow) throws -> Void) throws {
      try store.read { transaction in try transaction.rows("SELECT 1, 2.5, NULL, 'x'", [], body) }
    }
    #expect(throws: StoreFailure.self) { try read { row in _ = try row.blob(3) } }
    #expect(throws: StoreFailure.self) { try read { row in _ = try row.text(2) } }
    #expect(throws: StoreFailure.self) { try read { row in _ = try row.integer(1) } }
  }

  @Test func `a transaction is kept wholly or not at all`() throws {
    struct Stop: Error {}
    let store = try Store.inMemory(migrations: Self.migrations)
    #expect(throws: Stop.self) {
      try store.write { transaction in
        try transaction.execute("INSERT INTO item (name) VALUES ('a')")
        throw Stop()
      }
    }
    #expect(try names(store) == [])
  }

  @Test func `the same statement may be read again while it is read`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try store.write { transaction in
      for name in ["a", "b", "c"] { try transaction.execute("INSERT INTO item (name) VALUES (?)", [.text(name)]) }
    }
    var pairs: [String] = []
    try store.read { transaction in
      let sql = "SELECT name FROM item ORDER BY id"
      try transaction.rows(sql) { outer in
        let name = try outer.text(0)
        try transaction.rows(sql) { inner in pairs.append(name + (try inner.text(0))) }
      }
    }
    #expect(pairs == ["aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"])
  }

  @Test func `a reader cannot write`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: Self.migrations)
    #expect(throws: StoreFailure.self) {
      try store.read { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('a')") }
    }
  }

  @Test func `failures carry neither values nor GRDB's types`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    func failure(_ sql: String, _ values: [StoreValue]) -> StoreFailure? {
      do {
        try store.write { transaction in _ = try transaction.execute(sql, values) }
        return nil
      } catch { return error as? StoreFailure }
    }
    _ = failure("INSERT INTO item (name) VALUES (?)", [.text("secret")])
    let twice = try #require(failure("INSERT INTO item (name) VALUES (?)", [.text("secret")]))
    #expect(twice == .constraint(reason: "UNIQUE constraint failed: item.name"))
    let orphan = try #require(failure("INSERT INTO part VALUES (?)", [.integer(77)]))
    #expect(orphan == .constraint(reason: "FOREIGN KEY constraint failed"))
    let wrong = try #require(failure("INSERT INTO nowhere VALUES (?)", [.text("secret")]))
    let few = try #require(failure("INSERT INTO item (name) VALUES (?)", []))
    for failure in [twice, orphan, wrong, few] { #expect(!failure.message.contains("secret")) }
  }

  @Test func `what was committed is there after opening again, in files that only the owner reads`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/new/state/weir.sqlite"
    do {
      let store = try Store.open(path: path, migrations: Self.migrations)
      try store.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('a')") }
      #expect(mode(path) == 0o600 && mode(path + "-wal") == 0o600 && mode(path + "-shm") == 0o600)
      #expect(mode("\(folder.path)/new") == 0o700 && mode("\(folder.path)/new/state") == 0o700)
      try store.checkpoint()
      try store.close()
    }
    _ = unsafe chmod(path, 0o644)
    let store = try Store.open(path: path, migrations: Self.migrations)
    #expect(try names(store) == ["a"])
    #expect(mode(path) == 0o600)
    #expect(try store.findings() == [])
  }

  @Test func `a copy of the files taken in the middle, as kill -9 leaves them, holds every commit`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/weir.sqlite"
    let store = try Store.open(path: path, migrations: Self.migrations)
    var count = 0
    for round in 0..<3 {
      for _ in 0..<20 {
        count += 1
        try store.write { transaction in
          try transaction.execute("INSERT INTO item (name) VALUES (?)", [.text("\(count)")])
        }
      }
      let copy = "\(folder.path)/copy\(round)"
      for suffix in ["", "-wal"] { try write(try read(path + suffix), to: copy + suffix) }
      #expect(try names(try Store.open(path: copy, migrations: Self.migrations)) == (1...count).map { "\($0)" })
    }
  }

  private func read(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
  }

  @Test func `a later version adds its steps, an earlier one refuses the file`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/weir.sqlite"
    try Store.open(path: path, migrations: [Self.migrations[0]]).close()
    let store = try Store.open(path: path, migrations: Self.migrations)
    try store.write { transaction in try transaction.execute("INSERT INTO part VALUES (NULL)") }
    try store.close()
    #expect(throws: StoreFailure.newerSchema(path: path, unknown: ["b-1"])) {
      try Store.open(path: path, migrations: [Self.migrations[0]])
    }
  }

  @Test func `a step that fails is rolled back with those before it`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/weir.sqlite"
    let broken = Self.migrations + [StoreMigration(id: "c-1", sql: "CREATE TABLE fine (x); CREATE TABLES oops")]
    #expect { try Store.open(path: path, migrations: broken) } throws: { error in
      guard case StoreFailure.migration(path, "c-1", _) = error else { return false }
      return true
    }
    #expect(try names(try Store.open(path: path, migrations: Self.migrations)) == [])
  }

  @Test func `files that are not Weir's are refused and left alone`() throws {
    let folder = try ScratchFolder()
    let text = "\(folder.path)/text"
    try write(Array(String(repeating: "this is no database. ", count: 300).utf8), to: text)
    #expect(throws: StoreFailure.damaged(path: text, reason: "file is not a database")) {
      try Store.open(path: text, migrations: Self.migrations)
    }
    #expect(try read(text).count == 6_300)

    let other = "\(folder.path)/other"
    let store = try Store.open(path: other, migrations: Self.migrations)
    try store.write { transaction in try transaction.execute("PRAGMA application_id = 7") }
    try store.close()
    #expect(throws: StoreFailure.foreign(path: other, applicationID: 7)) {
      try Store.open(path: other, migrations: Self.migrations)
    }
  }

  @Test func `a damaged page is a named failure, not a crash`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/weir.sqlite"
    let store = try Store.open(path: path, migrations: Self.migrations)
    try store.write { transaction in
      for number in 0..<500 {
        try transaction.execute("INSERT INTO item (name) VALUES (?)", [.text("name \(number)")])
      }
    }
    try store.close()
    var bytes = try read(path)
    for index in 8_192..<bytes.count { bytes[index] = 0xFF }
    try write(bytes, to: path)
    #expect(throws: StoreFailure.self) {
      let store = try Store.open(path: path, migrations: Self.migrations)
      #expect(try !store.findings().isEmpty)
      _ = try names(store)
    }
  }

  @Test func `paths that cannot be are refused with the operating system's word`() throws {
    let folder = try ScratchFolder()
    try write([1], to: "\(folder.path)/file")
    #expect(throws: StoreFailure.cannotOpen(path: folder.path, reason: "it is not a regular file")) {
      try Store.open(path: folder.path, migrations: [])
    }
    #expect(throws: StoreFailure.self) { try Store.open(path: "\(folder.path)/file/weir.sqlite", migrations: []) }
    #expect(throws: StoreFailure.self) { try Store.open(path: "", migrations: []) }
    #expect(throws: StoreFailure.self) { try Store.open(path: "a\0b", migrations: []) }
    #expect(throws: StoreFailure.self) { try Store.open(path: "/proc/weir.sqlite", migrations: []) }
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func `a folder that may not be written is told as such`() throws {
    let folder = try ScratchFolder()
    _ = unsafe chmod(folder.path, 0o500)
    defer { _ = unsafe chmod(folder.path, 0o700) }
    #expect(throws: StoreFailure.readOnly(path: "\(folder.path)/weir.sqlite")) {
      try Store.open(path: "\(folder.path)/weir.sqlite", migrations: [])
    }
  }

  @Test func `a full disk keeps nothing of the transaction, and the store goes on`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/weir.sqlite"
    let store = try Store.open(path: path, migrations: Self.migrations)
    try store.write { transaction in try transaction.execute("PRAGMA max_page_count = 20") }
    #expect(throws: StoreFailure.full(path: path)) {
      try store.write { transaction in
        try transaction.execute("INSERT INTO item (name) VALUES ('small')")
        try transaction.execute("INSERT INTO item (value) VALUES (zeroblob(1000000))")
      }
    }
    #expect(try names(store) == [])
    try store.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('small')") }
    #expect(try names(store) == ["small"])
  }

  @Test func `readers see one state while a writer goes on`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: Self.migrations)
    try store.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('a')") }
    let (before, after) = try store.read { transaction in
      let sql = "SELECT count(*) FROM item"
      let before = try transaction.first(sql) { row in try row.integer(0) }
      // Another connection stands for another process.
      let other = try Store.open(path: store.path, migrations: Self.migrations)
      try other.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('b')") }
      return (before, try transaction.first(sql) { row in try row.integer(0) })
    }
    #expect(before == 1 && after == 1)
    #expect(try names(store) == ["a", "b"])
  }

  @Test func `a lookup sees what was committed last, by whoever did, and cannot write`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: Self.migrations)
    let other = try Store.open(path: store.path, migrations: Self.migrations)
    func count() throws -> Int64? {
      try store.lookup { transaction in
        try transaction.first("SELECT count(*) FROM item") { row in try row.integer(0) }
      }
    }
    #expect(try count() == 0)
    try store.write { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('a')") }
    #expect(try count() == 1)
    try other.write { transaction in try transaction.execute("DELETE FROM item") }
    #expect(try count() == 0)
    #expect(throws: StoreFailure.self) {
      try store.lookup { transaction in try transaction.execute("INSERT INTO item (name) VALUES ('b')") }
    }
    try store.close()
    #expect(throws: (any Error).self) { try count() }
  }

  @Test func `more lookups at a time than there are connections wait for nobody`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: Self.migrations)
    func nested(_ depth: Int) throws -> Int {
      try store.lookup { transaction in
        let one = try transaction.first("SELECT 1") { row in Int(try row.integer(0)) } ?? 0
        return depth == 1 ? one : try nested(depth - 1) + one
      }
    }
    // One more than there are connections: that one is a reader of the pool.
    #expect(try nested(LookupConnections.count + 1) == 3)
  }

  @Test func `the log is moved into the file beside the commits`() throws {
    let folder = try ScratchFolder()
    let store = try Store.open(path: "\(folder.path)/weir.sqlite", migrations: Self.migrations)
    func size() throws -> Int { try Data(contentsOf: URL(filePath: store.path)).count }
    let before = try size()
    let value = StoreValue.blob(Array(repeating: 7, count: 4_000))
    for index in 0..<BackgroundCheckpoint.changes + 10 {
      try store.write { transaction in
        try transaction.execute(
          "INSERT INTO item (name, value) VALUES (?, ?)", [.text("\(index)"), value])
      }
    }
    try #require(store.checkpoints).settle()
    #expect(try size() > before + BackgroundCheckpoint.changes * 4_000)
    #expect(try names(store).count == BackgroundCheckpoint.changes + 10)
    try store.close()
  }

  @Test(arguments: [false, true]) func `commits are flushed where asked for`(flushes: Bool) throws {
    let folder = try ScratchFolder()
    let store = try Store.open(
      path: "\(folder.path)/weir.sqlite", migrations: Self.migrations, flushesCommits: flushes)
    let level = try store.write { transaction in
      try transaction.first("PRAGMA synchronous") { row in try row.integer(0) }
    }
    // 1 is NORMAL, 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    #expect(level == (flushes ? 2 : 1))
  }

  @Test func `a database that cannot be written is looked at, and a write is refused`() throws {
    let folder = try ScratchFolder()
    let path = "\(folder.path)/weir.sqlite"
    let migrations = [StoreMigration(id: "t-1", sql: "CREATE TABLE t (a INTEGER)")]
    let store = try Store.open(path: path, migrations: migrations)
    try store.write { try $0.execute("INSERT INTO t VALUES (7)") }
    #expect(throws: StoreFailure.readOnly(path: path)) { try Store.openReadOnly(path: path, migrations: migrations) }
    try store.close()
    let look = try Store.openReadOnly(path: path, migrations: migrations)
    #expect(try look.read { try $0.first("SELECT a FROM t") { try $0.integer(0) } } == 7)
    #expect(throws: StoreFailure.readOnly(path: path)) { try look.write { try $0.execute("DELETE FROM t") } }
    try look.close()
    let newer = migrations + [StoreMigration(id: "t-2", sql: "CREATE TABLE u (a INTEGER)")]
    #expect(throws: StoreFailure.readOnly(path: path)) { try Store.openReadOnly(path: path, migrations: newer) }
  }
}
