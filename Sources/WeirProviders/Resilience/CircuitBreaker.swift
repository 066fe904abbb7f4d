/// Keeps requests from a server that does not serve them: one breaker for each provider and key.
///
/// Closed, it lets everything through and watches: it opens when too many calls of the last while failed, when too
/// many were slow, after several failures in a row, and when the server is out of reach (`Reachability`). Open, it
/// refuses for a while, which grows with each probe that fails and is jittered, so that nodes which lost the same
/// server do not return as one. Then it lets one request through at a time: that probe closes it, or opens it again.
///
/// It decides and does nothing: times are durations since any one moment that never go back, and chance is handed in.
package struct CircuitBreaker: Sendable, Hashable {
  package struct Settings: Sendable, Hashable {
    /// What the shares are of.
    package var window: Duration
    /// Fewer calls than this in the window say nothing.
    package var leastCalls: Int
    package var errorShare: Double
    package var slowShare: Double
    /// A call whose answer begins later is slow.
    package var slowAfter: Duration
    /// What writing one token may take: an answer that came whole began that much earlier for each of its tokens.
    package var slowToken: Duration
    /// Opens where the window has fewer than `leastCalls`; in denser traffic, where so many in a row are chance, four
    /// times as many do.
    package var failuresInRow: Int
    /// The first time open; each failed probe doubles it.
    package var firstWait: Duration
    package var longestWait: Duration
    package var reachability: Reachability.Settings

    package init(
      window: Duration = .seconds(30), leastCalls: Int = 20, errorShare: Double = 0.5, slowShare: Double = 0.8,
      slowAfter: Duration = .seconds(20), slowToken: Duration = .milliseconds(50), failuresInRow: Int = 5,
      firstWait: Duration = .seconds(1),
      longestWait: Duration = .seconds(60), reachability: Reachability.Settings = Reachability.Settings()
    ) {
      self.window = window
      self.leastCalls = leastCalls
      self.errorShare = errorShare
      self.slowShare = slowShare
      self.slowAfter = slowAfter
      self.slowToken = slowToken
      self.failuresInRow = failuresInRow
      self.firstWait = firstWait
      self.longestWait = longestWait
      self.reachability = reachability
    }
  }

  /// Why it is open.
  package enum Cause: String, Sendable, Hashable {
    case unreachable, errors, slow
  }

  package enum State: Sendable, Hashable {
    case closed
    /// Nothing goes through before `until`.
    case open(until: Duration, Cause)
    /// One probe is on its way.
    case halfOpen(probe: UInt64, Cause)
  }

  /// What a call came to, as far as the server's health is concerned.
  package enum Outcome: Sendable, Hashable {
    /// Answered, or refused for what was asked: the server is well.
    case served
    /// An error of the server's, or an answer that broke off.
    case failed
    /// No connection was made.
    case unreachable
    /// Says nothing: cancelled, or never sent.
    case unknown
  }

  /// One call that was let through; it must be finished.
  package struct Ticket: Sendable, Hashable {
    package let number: UInt64
    let era: UInt64
    package let began: Duration
    package let isProbe: Bool
  }

  package enum Permission: Sendable, Hashable {
    case go(Ticket)
    /// Nothing goes through; another attempt is worth its while in `wait` at the earliest.
    case refused(wait: Duration, Cause)
  }

  package private(set) var state = State.closed
  private let settings: Settings
  private var window: OutcomeWindow
  private var reach: Reachability
  private var failuresInRow = 0
  /// Times it opened since it last closed.
  private var openings = 0
  /// Grows whenever the state changes between closed and not: what began in an earlier era no longer counts.
  private var era: UInt64 = 0
  private var lastNumber: UInt64 = 0

  package init(_ settings: Settings = Settings()) {
    self.settings = settings
    window = OutcomeWindow(span: settings.window)
    reach = Reachability(settings.reachability)
  }

  /// Opens where the server has turned out to be out of reach since the last call ended.
  package mutating func notice(at now: Duration, fraction: Double) {
    if case .closed = state, reach.isLost(at: now) { open(.unreachable, at: now, fraction: fraction) }
  }

  /// Zero where a call would be let through, else how long none will be; `notice` comes first.
  package func wait(at now: Duration) -> Duration {
    switch state {
    case .closed: .zero
    case .open(let until, _): max(.zero, until - now)
    case .halfOpen: settings.firstWait
    }
  }

  /// Asks for one call; `fraction` is uniform in 0..<1. A ticket whose owner can tell when it is connected
  /// `tellsConnection`, so that a connection that does not come about is noticed before its deadline.
  package mutating func admit(tellsConnection: Bool = true, at now: Duration, fraction: Double) -> Permission {
    switch state {
    case .closed:
      guard reach.isLost(at: now) else { return .go(ticket(tellsConnection, isProbe: false, at: now)) }
      let wait = open(.unreachable, at: now, fraction: fraction)
      return .refused(wait: wait, .unreachable)
    case .open(let until, let cause):
      guard now >= until else { return .refused(wait: until - now, cause) }
      let probe = ticket(false, isProbe: true, at: now)
      state = .halfOpen(probe: probe.number, cause)
      return .go(probe)
    case .halfOpen(_, let cause):
      return .refused(wait: settings.firstWait, cause)
    }
  }

  /// The call's connection stands: it is no reason any more to think the server out of reach. One that was long in
  /// the making even shows that it is not.
  package mutating func connected(_ ticket: Ticket, at now: Duration) {
    reach.connected(ticket.number)
    if now - ticket.began >= settings.reachability.patience { heard(at: now) }
  }

  /// `firstText` is when a streamed answer's text began, since the call did; `written` how many tokens the answer has.
  package mutating func finish(
    _ ticket: Ticket, _ outcome: Outcome, firstText: Duration? = nil, written: Int = 0, at now: Duration,
    fraction: Double
  ) {
    let took = now - ticket.began
    let isSlow = isSlow(took: took, firstText: firstText, written: written)
    switch outcome {
    case .served, .failed: reach.heard(ticket.number, at: now)
    case .unreachable: reach.failed(ticket.number, took: took, at: now)
    case .unknown: reach.left(ticket.number)
    }
    guard ticket.era == era else {
      // An answer to what began before is still one: the way is there, and a probe need not wait.
      if outcome == .served { heard(at: now) }
      return
    }
    if ticket.isProbe { return finishProbe(ticket, outcome, isSlow: isSlow, at: now, fraction: fraction) }
    guard outcome != .unknown else { return }
    let isFailure = outcome != .served
    window.add(isFailure: isFailure, isSlow: isSlow, at: now)
    failuresInRow = isFailure ? failuresInRow + 1 : 0
    let counts = window.counts(at: now)
    if reach.isLost(at: now) {
      open(.unreachable, at: now, fraction: fraction)
    } else if failuresInRow / (counts.calls < settings.leastCalls ? 1 : 4) >= settings.failuresInRow {
      open(.errors, at: now, fraction: fraction)
    } else if isFailure, counts.calls >= settings.leastCalls, counts.errorShare >= settings.errorShare {
      open(.errors, at: now, fraction: fraction)
    } else if isSlow, counts.calls >= settings.leastCalls, counts.slowShare >= settings.slowShare {
      open(.slow, at: now, fraction: fraction)
    }
  }

  /// Somebody else reached the server: where it was out of reach, the next request may try.
  package mutating func heard(at now: Duration) {
    guard case .open(let until, .unreachable) = state else { return }
    state = .open(until: min(until, now), .unreachable)
  }

  /// A long answer takes its time at a server that is well: what counts is when it begins, or how fast it is written.
  private func isSlow(took: Duration, firstText: Duration?, written: Int) -> Bool {
    if let firstText, firstText <= settings.slowAfter { return false }
    return took - settings.slowToken * max(0, written) > settings.slowAfter
  }

  private mutating func finishProbe(
    _ probe: Ticket, _ outcome: Outcome, isSlow: Bool, at now: Duration, fraction: Double
  ) {
    guard case .halfOpen(probe.number, let cause) = state else { return }
    switch outcome {
    case .unknown: state = .open(until: now, cause)
    case .unreachable: open(.unreachable, at: now, fraction: fraction)
    case .failed: open(.errors, at: now, fraction: fraction)
    case .served where cause == .slow && isSlow: open(.slow, at: now, fraction: fraction)
    case .served:
      state = .closed
      era += 1
      openings = 0
      failuresInRow = 0
      window.clear()
    }
  }

  private mutating func ticket(_ tellsConnection: Bool, isProbe: Bool, at now: Duration) -> Ticket {
    lastNumber += 1
    if tellsConnection { reach.began(lastNumber, at: now) }
    return Ticket(number: lastNumber, era: era, began: now, isProbe: isProbe)
  }

  /// Returns how long it stays open: between half of the step and the whole.
  @discardableResult
  private mutating func open(_ cause: Cause, at now: Duration, fraction: Double) -> Duration {
    precondition((0..<1).contains(fraction), "the random fraction is in 0..<1")
    var step = settings.firstWait
    for _ in 0..<openings where step < settings.longestWait { step *= 2 }
    let wait = min(step, settings.longestWait) * (0.5 + fraction / 2)
    if case .closed = state { era += 1 }
    openings += 1
    failuresInRow = 0
    state = .open(until: now + wait, cause)
    return wait
  }
}
