internal import Synchronization
package import WeirHTTP

/// The state of the link that all providers of a process share, and who waits for its return.
package final class LinkGate: Sendable {
  private struct State {
    var monitor: LinkMonitor
    var returns = 0
    /// A request was refused since the last probe.
    var isWanted = false
  }

  /// One element for each outage that begins: what sends probes sleeps until then.
  package let outages: AsyncStream<Void>
  private let begins: AsyncStream<Void>.Continuation
  private let authorities: [String]
  private let state: Mutex<State>
  private let now: @Sendable () -> Duration
  private let fraction: @Sendable () -> Double

  /// `servers` are all that requests go to; `now` since any one moment, `fraction` uniform in 0..<1.
  package init(
    servers: [HTTPURL], settings: LinkMonitor.Settings = LinkMonitor.Settings(),
    now: @escaping @Sendable () -> Duration, fraction: @escaping @Sendable () -> Double
  ) {
    var authorities: [String] = []
    for server in servers where !authorities.contains(server.authority) { authorities.append(server.authority) }
    self.authorities = authorities
    state = Mutex(State(monitor: LinkMonitor(servers: max(1, authorities.count), settings)))
    self.now = now
    self.fraction = fraction
    (outages, begins) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package var linkState: LinkMonitor.State { state.withLock { $0.monitor.state(at: now()) } }

  /// How often the link has come back.
  package var returns: Int { state.withLock { $0.returns } }

  /// Asks for one request; servers that were not named at the start count as the first one.
  func admit(_ url: HTTPURL) -> LinkMonitor.Permission {
    change { state, now, fraction in
      let server = authorities.firstIndex(of: url.authority) ?? 0
      let permission = state.monitor.admit(server: server, at: now, fraction: fraction)
      if case .down = permission { state.isWanted = true }
      return permission
    }
  }

  /// Somebody waits for the link, and asks for nothing while it is down.
  package func want() { state.withLock { $0.isWanted = true } }

  func connected(_ ticket: LinkMonitor.Ticket) {
    change { state, now, _ in state.monitor.connected(ticket, at: now) }
  }

  func finish(_ ticket: LinkMonitor.Ticket, _ sight: LinkMonitor.Sight) {
    change { state, now, fraction in state.monitor.finish(ticket, sight, at: now, fraction: fraction) }
  }

  /// What whoever sends probes has to do; where probes are `thrifty`, one is sent only if somebody asked since the last.
  func probeStep(isThrifty: Bool) -> LinkMonitor.ProbeStep {
    change { state, now, fraction in
      if isThrifty, !state.isWanted, state.monitor.downSince != nil { return .wait(.seconds(1)) }
      let step = state.monitor.probeStep(at: now, fraction: fraction)
      if case .probe = step { state.isWanted = false }
      return step
    }
  }

  /// The place of a probe's server among those of `init`.
  func authority(of ticket: LinkMonitor.Ticket) -> String? {
    authorities.indices.contains(ticket.server) ? authorities[ticket.server] : nil
  }

  private func change<Value>(_ body: (inout State, Duration, Double) -> Value) -> Value {
    let (now, fraction) = (now(), fraction())
    let (value, begins) = state.withLock { state in
      let wasDown = state.monitor.downSince != nil
      let value = body(&state, now, fraction)
      let isDown = state.monitor.downSince != nil
      if wasDown, !isDown { state.returns += 1 }
      return (value, !wasDown && isDown)
    }
    if begins { self.begins.yield() }
    return value
  }
}

extension LinkMonitor.Sight {
  /// What the end of an attempt says of the link; nil is an answer.
  init(_ cause: ProviderFailure.Cause?) {
    self =
      switch cause {
      case nil, .overloaded, .refused, .malformed: .heard
      case .transport(let failure), .interrupted(_, .transport(let failure)): Self(failure)
      case .interrupted: .heard
      case .deadline: .broken
      case .cancelled, .limited, .unhealthy, .linkDown, .unsupported: .unknown
      }
  }

  init(_ failure: HTTPFailure) {
    self =
      switch failure {
      case .cancelled, .closed, .broke, .invalidURL, .invalidHeader: .unknown
      // A stranger who answers in the server's place is what a captive portal does.
      case .insecure: .unreachable
      case .malformed, .tooLarge: .heard
      case .truncated: .broken
      case .unresolved, .unreachable, .timedOut, .broken: failure.isSafeToRetry ? .unreachable : .broken
      }
  }
}
