internal import Synchronization
package import WeirDomain
internal import WeirLedger
package import WeirStore

/// What this node knows of its link: the state that requests and probes have found, and the month's bytes.
///
/// Bytes that other processes of the same state folder sent are seen at the start and whenever this one writes its own.
package final class LinkMeter: Sendable {
  private struct State {
    var month = ""
    /// Of this month, as the store has them.
    var stored = LinkUsage.Bytes()
    /// Of this process, as far as they are in the store.
    var written = LinkUsage.Bytes()
  }

  private let cap: Int64?
  private let traffic: @Sendable () -> LinkUsage.Bytes
  private let linkState: @Sendable () -> LinkFacts.State
  private let isMetered: @Sendable (Timestamp) -> Bool
  private let state = Mutex(State())

  /// `traffic` is what the process has sent and received since its start, `cap` bytes a month.
  package init(
    cap: Int64?, traffic: @escaping @Sendable () -> LinkUsage.Bytes,
    linkState: @escaping @Sendable () -> LinkFacts.State, isMetered: @escaping @Sendable (Timestamp) -> Bool
  ) {
    self.cap = cap
    self.traffic = traffic
    self.linkState = linkState
    self.isMetered = isMetered
  }

  package func facts(at now: Timestamp) -> LinkFacts {
    var facts = LinkFacts(state: linkState(), isMetered: isMetered(now), cap: cap)
    if let cap {
      let used = state.withLock { state in
        let unwritten = traffic().total - state.written.total
        return (state.month == Self.month(of: now) ? state.stored.total : 0) + unwritten
      }
      facts.left = max(0, cap - used)
    }
    return facts
  }

  /// Reads what earlier runs used.
  package func load(at now: Timestamp, in transaction: borrowing StoreTransaction) throws {
    let month = Self.month(of: now)
    let stored = try LinkUsage.bytes(in: month, in: transaction)
    state.withLock { state in (state.month, state.stored) = (month, stored) }
  }

  /// Writes the bytes since the last time into the store; nothing where there are none.
  package func settle(at now: Timestamp, in transaction: borrowing StoreTransaction) throws {
    let month = Self.month(of: now)
    let total = traffic()
    let (new, isNewMonth) = state.withLock { state in
      let new = LinkUsage.Bytes(
        sent: total.sent - state.written.sent, received: total.received - state.written.received)
      state.written = total
      return (new, state.month != month)
    }
    guard new.total > 0 || isNewMonth else { return }
    do {
      if new.total > 0 { try LinkUsage.add(new, month: month, in: transaction) }
      try load(at: now, in: transaction)
    } catch {
      // Told again with the next ones.
      state.withLock { state in
        state.written.sent -= new.sent
        state.written.received -= new.received
      }
      throw error
    }
  }

  /// `yyyy-mm`, in UTC.
  package static func month(of time: Timestamp) -> String { String(CalendarDay(of: time).description.prefix(7)) }
}
