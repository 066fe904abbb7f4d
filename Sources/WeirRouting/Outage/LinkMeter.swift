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
    /// Part of `written` whose transaction has not ended.
    var onTheWay: Int64 = 0

    mutating func keep(_ portion: Portion, _ stored: LinkUsage.Bytes?) {
      onTheWay -= portion.bytes.total
      guard let stored else { return }
      // Transactions may be told of in another order than they ended in: a month's bytes only grow.
      if month != portion.month || stored.total > self.stored.total { self.stored = stored }
      month = portion.month
    }

    mutating func giveBack(_ portion: Portion) {
      onTheWay -= portion.bytes.total
      written.sent -= portion.bytes.sent
      written.received -= portion.bytes.received
    }
  }

  /// Bytes that a transaction writes.
  private struct Portion {
    var bytes: LinkUsage.Bytes
    var month: String
    var isNewMonth: Bool
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
        let unwritten = traffic().total - state.written.total + state.onTheWay
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

  /// Runs the transaction with the bytes since the last time written first; whatever fails in it, the commit included,
  /// they are told again with the next ones.
  package func write<Value>(
    at now: Timestamp, to store: Store, _ body: (borrowing StoreTransaction) throws -> Value
  ) throws -> Value {
    let portion = take(at: now)
    do {
      let (value, stored) = try store.write { transaction in
        let stored = try write(portion, in: transaction)
        return (try body(transaction), stored)
      }
      state.withLock { $0.keep(portion, stored) }
      return value
    } catch {
      state.withLock { $0.giveBack(portion) }
      throw error
    }
  }

  /// Writes the bytes since the last time in a transaction of their own.
  package func settle(at now: Timestamp, to store: Store) throws {
    try write(at: now, to: store) { _ in }
  }

  private func take(at now: Timestamp) -> Portion {
    let month = Self.month(of: now)
    return state.withLock { state in
      let total = traffic()
      let new = LinkUsage.Bytes(
        sent: total.sent - state.written.sent, received: total.received - state.written.received)
      state.written = total
      state.onTheWay += new.total
      return Portion(bytes: new, month: month, isNewMonth: state.month != month)
    }
  }

  /// What the month has with them; nil where nothing was to be written or read.
  private func write(_ portion: Portion, in transaction: borrowing StoreTransaction) throws -> LinkUsage.Bytes? {
    guard portion.bytes.total > 0 || portion.isNewMonth else { return nil }
    if portion.bytes.total > 0 { try LinkUsage.add(portion.bytes, month: portion.month, in: transaction) }
    return try LinkUsage.bytes(in: portion.month, in: transaction)
  }

  /// `yyyy-mm`, in UTC.
  package static func month(of time: Timestamp) -> String { String(CalendarDay(of: time).description.prefix(7)) }
}
