import Synchronization

/// A clock that stands still until a test moves it; a sleep on it takes no time at all.
///
/// Sleeping moves the clock to the wake-up moment at once and is written down, so that code that waits between
/// tries can be tested without waiting.
package final class ManualClock: Clock, Sendable {
  package struct Instant: InstantProtocol {
    package var sinceStart: Duration

    package func advanced(by duration: Duration) -> Instant { Instant(sinceStart: sinceStart + duration) }
    package func duration(to other: Instant) -> Duration { other.sinceStart - sinceStart }
    package static func < (left: Instant, right: Instant) -> Bool { left.sinceStart < right.sinceStart }
  }

  private struct State {
    var now = Instant(sinceStart: .zero)
    var sleeps: [Duration] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var now: Instant { state.withLock { $0.now } }
  package var minimumResolution: Duration { .nanoseconds(1) }
  /// How long each sleep so far would have taken.
  package var sleeps: [Duration] { state.withLock { $0.sleeps } }

  package func advance(by duration: Duration) {
    state.withLock { $0.now = $0.now.advanced(by: duration) }
  }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.sleeps.append(state.now.duration(to: deadline))
      state.now = max(state.now, deadline)
    }
  }
}
