internal import WeirCache

/// Which answers are being computed, and who waits for them: a value that decides and does nothing.
///
/// A flight is one computation of one cache key. Its leader computes; followers with the same key wait for it, and so
/// do leaders of other keys of the same partition whose prompts mean the same ("near"). A near waiter has followers of
/// its own, but nobody can be near to it: only leaders that compute are offered, and a leader that computes waits for
/// nobody. So a chain of waits has at most two links and no circle.
///
/// All costs are in proportion to the requests that wait for one key; there are never more of them than `mostWaiters`.
struct FlightTable {
  /// One request that leads or waits.
  struct Ticket: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  enum Entry: Hashable, Sendable {
    /// Nobody computes this key: compute, and call `leave`.
    case lead(Ticket)
    /// Somebody computes it.
    case wait(Ticket)
    /// So many wait that one more computes on its own.
    case alone
  }

  /// What became of a leader's computation.
  enum Outcome: Hashable, Sendable {
    /// Its answer is in the cache.
    case stored
    /// It has an answer that nobody else may be given.
    case unshared
    /// It has none.
    case failed
  }

  /// What a waiter does next.
  enum Wake: Hashable, Sendable {
    /// The answer should be in the cache.
    case look
    /// The leader failed, and this one computes for the others.
    case lead
    /// The leader of another key failed: look for another that computes.
    case seek
    /// Nobody else's answer will do, or the wait was too long.
    case alone
  }

  /// What a leader that computes is working on.
  struct Offer: Sendable {
    var leader: Ticket
    var prompt: String
    /// Of unit length.
    var vector: [Float]
  }

  struct Flight {
    var leader: Ticket
    /// First come, first to lead.
    var followers: [Ticket] = []
    var near: [Ticket] = []
    /// Where the leader's offer is.
    var partition: CacheKey?
  }

  private struct Waiter {
    var key: CacheKey
    var deadline: Int64
  }

  /// Offers that one leader is shown at most, the latest.
  static let mostOffers = 32

  /// Requests that wait for one key.
  let mostWaiters: Int
  private var last: UInt64 = 0
  private var flights: [CacheKey: Flight] = [:]
  private var leaders: [Ticket: CacheKey] = [:]
  private var waiters: [Ticket: Waiter] = [:]
  /// By partition, oldest first.
  private var offers: [CacheKey: [Offer]] = [:]

  init(mostWaiters: Int = 1_024) {
    self.mostWaiters = mostWaiters
  }

  var isEmpty: Bool { flights.isEmpty && leaders.isEmpty && waiters.isEmpty && offers.isEmpty }
  var waiterCount: Int { waiters.count }
  var leaderCount: Int { leaders.count }

  // MARK: Coming

  /// A request that the cache could not answer. `deadline` is when it stops waiting, in nanoseconds of any clock.
  mutating func enter(_ key: CacheKey, deadline: Int64) -> Entry {
    guard let flight = flights[key] else {
      let leader = ticket()
      flights[key] = Flight(leader: leader)
      leaders[leader] = key
      return .lead(leader)
    }
    guard flight.followers.count + flight.near.count < mostWaiters else { return .alone }
    let waiter = ticket()
    flights[key]?.followers.append(waiter)
    waiters[waiter] = Waiter(key: key, deadline: deadline)
    return .wait(waiter)
  }

  /// Offers a leader's work to the partition, unless there are offers that it has not seen: then those.
  mutating func offer(_ offer: Offer, in partition: CacheKey, seen: Set<Ticket>) -> [Offer] {
    guard let key = leaders[offer.leader] else { preconditionFailure("only a leader offers its work") }
    let fresh = offers[partition, default: []].suffix(Self.mostOffers).filter { !seen.contains($0.leader) }
    guard fresh.isEmpty else { return fresh }
    if flights[key]?.partition == nil {
      offers[partition, default: []].append(offer)
      flights[key]?.partition = partition
    }
    return []
  }

  /// Waits for the leader of another key; nil where it has finished meanwhile or so many wait for it already.
  mutating func wait(for leader: Ticket, deadline: Int64) -> Ticket? {
    guard let key = leaders[leader], let flight = flights[key], flight.partition != nil,
      flight.followers.count + flight.near.count < mostWaiters
    else { return nil }
    let waiter = ticket()
    flights[key]?.near.append(waiter)
    waiters[waiter] = Waiter(key: key, deadline: deadline)
    return waiter
  }

  // MARK: Leaving

  /// Ends a leader's computation; returns who is woken to what.
  mutating func leave(_ leader: Ticket, _ outcome: Outcome) -> [(waiter: Ticket, wake: Wake)] {
    guard let key = leaders.removeValue(forKey: leader), let flight = flights.removeValue(forKey: key) else {
      preconditionFailure("a leader leaves once")
    }
    if let partition = flight.partition {
      offers[partition]?.removeAll { $0.leader == leader }
      if offers[partition]?.isEmpty == true { offers[partition] = nil }
    }
    var woken: [(waiter: Ticket, wake: Wake)] = []
    switch outcome {
    case .stored: woken = (flight.followers + flight.near).map { ($0, .look) }
    case .unshared: woken = (flight.followers + flight.near).map { ($0, .alone) }
    case .failed:
      woken = flight.near.map { ($0, .seek) }
      if let next = flight.followers.first {
        woken.append((next, .lead))
        flights[key] = Flight(leader: next, followers: Array(flight.followers.dropFirst()))
        leaders[next] = key
      }
    }
    for (waiter, _) in woken { waiters[waiter] = nil }
    return woken
  }

  /// Ends a wait; false where it has ended already.
  mutating func abandon(_ waiter: Ticket) -> Bool {
    guard let key = waiters.removeValue(forKey: waiter)?.key else { return false }
    flights[key]?.followers.removeAll { $0 == waiter }
    flights[key]?.near.removeAll { $0 == waiter }
    return true
  }

  /// Ends the waits whose deadline has come.
  mutating func expire(at now: Int64) -> [Ticket] {
    let late = waiters.filter { $0.value.deadline <= now }.keys.sorted { $0.number < $1.number }
    for waiter in late { _ = abandon(waiter) }
    return late
  }

  /// When the next wait ends at the latest.
  var nextDeadline: Int64? { waiters.values.map(\.deadline).min() }

  private mutating func ticket() -> Ticket {
    last += 1
    return Ticket(number: last)
  }
}

extension FlightTable {
  /// Traps where a rule of the table is broken; for tests.
  func checkInvariants() {
    precondition(flights.count == leaders.count, "each flight has a leader")
    for (key, flight) in flights {
      precondition(leaders[flight.leader] == key, "a flight's leader leads its key")
      for waiter in flight.followers + flight.near {
        precondition(waiters[waiter]?.key == key, "a waiter waits for its flight")
        precondition(leaders[waiter] == nil, "a waiter's ticket leads nothing")
      }
      precondition(flight.near.isEmpty || flight.partition != nil, "only work that is offered is waited for by others")
      if let partition = flight.partition {
        precondition(
          offers[partition, default: []].count { $0.leader == flight.leader } == 1, "an offer is there once")
      }
    }
    let listed = flights.values.reduce(0) { $0 + $1.followers.count + $1.near.count }
    precondition(listed == waiters.count, "each waiter is in one flight")
    let offering = flights.values.count { $0.partition != nil }
    precondition(offers.values.reduce(0) { $0 + $1.count } == offering, "each offer is of one flight")
    precondition(offers.values.allSatisfy { !$0.isEmpty }, "no partition is kept without offers")
  }
}
