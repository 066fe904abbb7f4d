internal import GRDB
internal import Synchronization

/// Connections that answer single questions.
///
/// A question is one statement, which reads the last commit by itself: without the transaction's own two statements
/// and the look at the schema that a reader of the pool begins with, it takes a quarter of the time. The file must be
/// in WAL mode and its schema in place.
final class LookupConnections: Sendable {
  /// Questions at the same time; more go to the pool's readers.
  static let count = 2

  private let free: Mutex<[DatabaseQueue]>

  init(path: String, configuration: Configuration) throws {
    var configuration = configuration
    configuration.readonly = true
    configuration.label = "weir.lookup"
    free = Mutex(try (0..<Self.count).map { _ in try DatabaseQueue(path: path, configuration: configuration) })
  }

  /// What `body` comes to on a connection that nobody else uses meanwhile; nil where all are busy.
  func run<Value>(_ body: (Database) throws -> Value) throws -> Value? {
    guard let connection = free.withLock({ $0.popLast() }) else { return nil }
    defer { free.withLock { $0.append(connection) } }
    return try connection.unsafeRead(body)
  }

  /// Closes those that are not busy; the others close with their last use.
  func close() throws {
    for connection in free.withLock({ free in
      defer { free = [] }
      return free
    }) {
      try connection.close()
    }
  }
}
