internal import Dispatch
internal import Synchronization
internal import WeirCache

/// Lets one of several equal requests compute while the others wait, without a thread for those that do.
///
/// All decisions are `FlightTable`'s; here are only its lock, the waits, and a timer for the earliest deadline.
final class SingleFlight: Sendable {
  /// Runs a closure after so many nanoseconds.
  typealias Timer = @Sendable (Int64, @escaping @Sendable () -> Void) -> Void

  private struct State {
    var table: FlightTable
    var waits: [FlightTable.Ticket: CheckedContinuation<FlightTable.Wake, Never>] = [:]
    /// Wakes that came before their waiter had begun to wait.
    var early: [FlightTable.Ticket: FlightTable.Wake] = [:]
    /// When the earliest timer that is set goes off.
    var armed: Int64?
  }

  private let state: Mutex<State>
  /// Nanoseconds that never go back.
  private let now: @Sendable () -> Int64
  private let timer: Timer
  /// The longest that one request waits, in nanoseconds.
  private let patience: Int64

  init(
    patience: Int64, now: @escaping @Sendable () -> Int64, table: FlightTable = FlightTable(),
    timer: @escaping Timer = SingleFlight.dispatchTimer
  ) {
    self.patience = patience
    self.now = now
    self.timer = timer
    state = Mutex(State(table: table))
  }

  static let dispatchTimer: Timer = { nanoseconds, body in
    DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(nanoseconds)), execute: body)
  }

  /// Requests that wait now.
  var waiterCount: Int { state.withLock { $0.table.waiterCount } }
  /// Requests that compute for others now, or wait for one that is near.
  var leaderCount: Int { state.withLock { $0.table.leaderCount } }

  /// When a request that comes now stops waiting, however often it waits.
  func deadline() -> Int64 { now() + patience }

  func enter(_ key: CacheKey, deadline: Int64) -> FlightTable.Entry {
    state.withLock { $0.table.enter(key, deadline: deadline) }
  }

  func offer(
    _ offer: FlightTable.Offer, in partition: CacheKey, seen: Set<FlightTable.Ticket>
  ) -> [FlightTable.Offer] {
    state.withLock { $0.table.offer(offer, in: partition, seen: seen) }
  }

  /// Waits for a leader of another key; nil where it has left meanwhile.
  func wait(for leader: FlightTable.Ticket, deadline: Int64) async -> FlightTable.Wake? {
    guard let waiter = state.withLock({ $0.table.wait(for: leader, deadline: deadline) }) else { return nil }
    return await wait(as: waiter)
  }

  /// Waits until the leader has left, the task is cancelled, or patience ends.
  func wait(as waiter: FlightTable.Ticket) async -> FlightTable.Wake {
    setTimer()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let wake = state.withLock { state in
          let wake = state.early.removeValue(forKey: waiter)
          if wake == nil { state.waits[waiter] = continuation }
          return wake
        }
        if let wake { continuation.resume(returning: wake) }
      }
    } onCancel: {
      wake { table in table.abandon(waiter) ? [(waiter, .alone)] : [] }
    }
  }

  /// Ends a leader's computation, after its answer was stored if it was.
  func leave(_ leader: FlightTable.Ticket, _ outcome: FlightTable.Outcome) {
    wake { $0.leave(leader, outcome) }
  }

  private func wake(_ decide: (inout FlightTable) -> [(waiter: FlightTable.Ticket, wake: FlightTable.Wake)]) {
    let resumed = state.withLock { state in
      decide(&state.table).compactMap { waiter, wake in
        let wait = state.waits.removeValue(forKey: waiter)
        if wait == nil { state.early[waiter] = wake }
        return wait.map { ($0, wake) }
      }
    }
    for (wait, wake) in resumed { wait.resume(returning: wake) }
  }

  /// Has the earliest deadline watched: by one timer, unless a later wait ends earlier than those before it.
  private func setTimer() {
    let deadline = state.withLock { state -> Int64? in
      guard let next = state.table.nextDeadline, next < state.armed ?? .max else { return nil }
      state.armed = next
      return next
    }
    guard let deadline else { return }
    timer(max(deadline - now(), 0)) { [weak self] in self?.expire(deadline) }
  }

  /// After the timer for `deadline`: one that another has overtaken leaves the newer one set.
  private func expire(_ deadline: Int64) {
    let time = now()
    state.withLock { if $0.armed == deadline { $0.armed = nil } }
    wake { table in table.expire(at: time).map { ($0, .alone) } }
    setTimer()
  }
}
