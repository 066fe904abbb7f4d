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

  private struct State {
    var free: [DatabaseQueue]
    var isClosed = false
  }

  private let state: Mutex<State>

  init(path: String, configuration: Configuration) throws {
    var configuration = configuration
    configuration.readonly = true
    configuration.label = "weir.lookup"
    state = Mutex(
      State(free: try (0..<Self.count).map { _ in try DatabaseQueue(path: path, configuration: configuration) }))
  }

  /// What `body` comes to on a connection that nobody else uses meanwhile; nil where all are busy.
  func run<Value>(_ body: (Database) throws -> Value) throws -> Value? {
    guard let connection = state.withLock({ $0.free.popLast() }) else { return nil }
    defer {
      let isClosed = state.withLock { state in
        if !state.isClosed { state.free.append(connection) }
        return state.isClosed
      }
      if isClosed { try? connection.close() }
    }
    return try connection.unsafeRead(body)
  }

  /// Closes those that are not busy; the others close with their last use.
  func close() throws {
    for connection in state.withLock({ state in
      defer { state = State(free: [], isClosed: true) }
      return state.free
    }) {
      try connection.close()
    }
  }
}
