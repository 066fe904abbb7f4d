import Dispatch
import Glibc
import Synchronization
import WeirFiles

/// What Ctrl-C means: the first one stops reading and lets what runs finish, the second one stops what runs, the third
/// one ends the process, whoever still waits for its output. Nothing that was recorded is lost by that.
final class Interruption: Sendable {
  private let level = Atomic(0)
  let wake: WakePipe
  /// One element once what runs is to stop.
  let cancellations: AsyncStream<Void>
  private let cancel: AsyncStream<Void>.Continuation

  init() throws(FileFailure) {
    wake = try WakePipe()
    (cancellations, cancel) = AsyncStream.makeStream()
  }

  /// Nothing more is read.
  var isInterrupted: Bool { level.load(ordering: .relaxed) > 0 }
  /// What runs is to stop at the next token.
  var isCancelled: Bool { level.load(ordering: .relaxed) > 1 }

  func interrupt() {
    let (_, now) = level.add(1, ordering: .relaxed)
    wake.wake()
    if now > 1 { cancel.yield() }
    if now > 2 { _exit(130) }
  }

  /// Takes SIGINT and SIGTERM from now on; the sources must be kept.
  func listen() -> [any DispatchSourceSignal] {
    [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in interrupt() }
      source.resume()
      return source
    }
  }
}
