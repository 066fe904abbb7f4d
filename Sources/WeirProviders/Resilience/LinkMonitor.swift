/// What is known of the way to all remote servers together, and when to look again.
///
/// Learned from the outcomes of requests: each server has its own reachability, and where all of them are lost the
/// link is down. Requests then set out no more; one cheap probe at a time looks for the return, at growing, jittered
/// distances. Where a few are lost or requests fail on the way now and then, the link is degraded.
///
/// It decides and does nothing: times are durations since any one moment that never go back, and chance is handed in.
package struct LinkMonitor: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, CaseIterable {
    case up, degraded, down
  }

  /// How a request went as far as the link is concerned.
  package enum Sight: Sendable, Hashable {
    /// The server said something.
    case heard
    /// The connection was made, and broke or fell silent before the answer's end.
    case broken
    /// No connection.
    case unreachable
    /// Ended by the caller.
    case unknown
  }

  package struct Settings: Sendable, Hashable {
    package var reachability: Reachability.Settings
    /// Share of broken requests from which on the link is degraded.
    package var degradedShare: Double
    package var leastCalls: Int
    package var window: Duration
    package var firstWait: Duration
    package var longestWait: Duration
    /// A probe that is overdue by this much is left to the next request: nobody else sends it.
    package var grace: Duration

    package init(
      reachability: Reachability.Settings = Reachability.Settings(), degradedShare: Double = 0.2, leastCalls: Int = 5,
      window: Duration = .seconds(60), firstWait: Duration = .seconds(1), longestWait: Duration = .seconds(60),
      grace: Duration = .seconds(2)
    ) {
      self.reachability = reachability
      self.degradedShare = degradedShare
      self.leastCalls = leastCalls
      self.window = window
      self.firstWait = firstWait
      self.longestWait = longestWait
      self.grace = grace
    }
  }

  /// A request or probe under way.
  package struct Ticket: Sendable, Hashable {
    let number: UInt64
    package let server: Int
    let began: Duration
    let isProbe: Bool
  }

  package enum Permission: Sendable, Hashable {
    case go(Ticket)
    /// The link is down; the next look at it is in `wait`.
    case down(wait: Duration)
  }

  package enum ProbeStep: Sendable, Hashable {
    /// Nothing to look for.
    case idle
    case wait(Duration)
    /// Look at this server now.
    case probe(Ticket)
  }

  private struct Outage: Sendable, Hashable {
    var since: Duration
    var nextProbe: Duration
    var failedProbes = 0
    var probing: UInt64?
  }

  private let settings: Settings
  private var servers: [Reachability]
  private var window: OutcomeWindow
  private var outage: Outage?
  private var lastNumber: UInt64 = 0
  private var nextServer = 0

  /// `servers` are numbered from 0.
  package init(servers: Int, _ settings: Settings = Settings()) {
    precondition(servers > 0, "a link leads to a server")
    self.settings = settings
    self.servers = Array(repeating: Reachability(settings.reachability), count: servers)
    window = OutcomeWindow(span: settings.window)
  }

  /// Since when the link is down; nil while it is not known to be.
  package var downSince: Duration? { outage?.since }

  package func state(at now: Duration) -> State {
    if outage != nil || isLost(at: now) { return .down }
    let counts = window.counts(at: now)
    let isShaky = counts.calls >= settings.leastCalls && counts.errorShare >= settings.degradedShare
    return isShaky || servers.contains { $0.isLost(at: now) } ? .degraded : .up
  }

  /// Asks for one request to `server`. `fraction` is uniform in 0..<1.
  ///
  /// While the link is down no request waits for a connection; where nobody sends probes, one that comes after the
  /// probe's time is the probe.
  package mutating func admit(server: Int, at now: Duration, fraction: Double) -> Permission {
    notice(at: now, fraction: fraction)
    guard let outage else { return .go(begin(server, isProbe: false, at: now)) }
    guard outage.probing == nil else { return .down(wait: settings.firstWait) }
    let due = outage.nextProbe + settings.grace
    guard now >= due else { return .down(wait: max(.zero, outage.nextProbe - now)) }
    let ticket = begin(server, isProbe: true, at: now)
    self.outage?.probing = ticket.number
    return .go(ticket)
  }

  /// What whoever sends probes has to do now.
  package mutating func probeStep(at now: Duration, fraction: Double) -> ProbeStep {
    notice(at: now, fraction: fraction)
    guard let outage else { return .idle }
    guard outage.probing == nil else { return .wait(settings.firstWait) }
    guard now >= outage.nextProbe else { return .wait(outage.nextProbe - now) }
    let ticket = begin(nextServer, isProbe: true, at: now)
    nextServer = (nextServer + 1) % servers.count
    self.outage?.probing = ticket.number
    return .probe(ticket)
  }

  /// The request's connection stands. One that was long in the making shows that the way is there after all; a pooled
  /// one, which is there at once, shows nothing.
  package mutating func connected(_ ticket: Ticket, at now: Duration) {
    servers[ticket.server].connected(ticket.number)
    if now - ticket.began >= settings.reachability.patience { outage = nil }
  }

  package mutating func finish(_ ticket: Ticket, _ sight: Sight, at now: Duration, fraction: Double) {
    switch sight {
    case .heard:
      servers[ticket.server].heard(ticket.number, at: now)
      outage = nil
    case .broken, .unknown:
      servers[ticket.server].left(ticket.number)
    case .unreachable:
      servers[ticket.server].failed(ticket.number, took: now - ticket.began, at: now)
    }
    if sight != .unknown, !ticket.isProbe {
      window.add(isFailure: sight != .heard, isSlow: false, at: now)
    }
    if var probed = outage, probed.probing == ticket.number {
      probed.probing = nil
      if sight != .unknown {
        probed.failedProbes += 1
        probed.nextProbe = now + wait(after: probed.failedProbes, fraction)
      }
      outage = probed
    }
    notice(at: now, fraction: fraction)
  }

  /// Begins an outage where all servers are lost.
  private mutating func notice(at now: Duration, fraction: Double) {
    guard outage == nil, isLost(at: now) else { return }
    outage = Outage(since: now, nextProbe: now + wait(after: 0, fraction))
  }

  private func isLost(at now: Duration) -> Bool { servers.allSatisfy { $0.isLost(at: now) } }

  /// Between half of the step and the whole; each failed probe doubles it.
  private func wait(after failedProbes: Int, _ fraction: Double) -> Duration {
    precondition((0..<1).contains(fraction), "the random fraction is in 0..<1")
    var step = settings.firstWait
    for _ in 0..<failedProbes where step < settings.longestWait { step *= 2 }
    return min(step, settings.longestWait) * (0.5 + fraction / 2)
  }

  private mutating func begin(_ server: Int, isProbe: Bool, at now: Duration) -> Ticket {
    precondition(servers.indices.contains(server), "the link leads to \(servers.count) servers")
    lastNumber += 1
    servers[server].began(lastNumber, at: now)
    return Ticket(number: lastNumber, server: server, began: now, isProbe: isProbe)
  }
}
