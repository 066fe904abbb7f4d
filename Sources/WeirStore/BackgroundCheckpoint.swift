internal import Dispatch
internal import GRDB
internal import Synchronization

/// Moves the write-ahead log into the database beside the writers, instead of in their commits.
///
/// SQLite checkpoints in the commit that makes the log 1 000 pages long: about one in a hundred, which then syncs the
/// disk twice and takes a hundred times as long as the others. Here a connection of its own does it (mode PASSIVE,
/// which makes nobody wait), and the commit only does where that one falls behind. What is durable when stays the
/// same: a commit is in the log, whoever moves it.
final class BackgroundCheckpoint: Sendable {
  /// Rows changed between two checkpoints: about 4 MB of log.
  static let changes = 512
  /// Pages of log from which on a commit checkpoints itself, 64 MB: a log that is written to all the time can only
  /// start anew when nobody writes.
  static let mostPages = 16_384

  private struct State {
    var changesAtLast = 0
    var isBusy = false
    var isClosed = false
  }

  private let connection: DatabaseQueue
  private let queue = DispatchQueue(label: "weir.checkpoint", qos: .utility)
  private let state = Mutex(State())

  init(path: String, configuration: Configuration) throws {
    var configuration = configuration
    configuration.label = "weir.checkpoint"
    connection = try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Called after a commit with the rows that the writer has changed since it was opened.
  func note(totalChanges: Int) {
    let starts = state.withLock { state in
      guard !state.isBusy, !state.isClosed, totalChanges - state.changesAtLast >= Self.changes else { return false }
      state.changesAtLast = totalChanges
      state.isBusy = true
      return true
    }
    guard starts else { return }
    queue.async { [self] in
      // What fails here is tried again, and a commit that has to do it itself says what is wrong.
      _ = try? connection.writeWithoutTransaction { try $0.checkpoint(.passive) }
      state.withLock { $0.isBusy = false }
    }
  }

  /// Waits for a checkpoint that runs.
  func settle() { queue.sync {} }

  func close() throws {
    state.withLock { $0.isClosed = true }
    settle()
    try connection.close()
  }
}
