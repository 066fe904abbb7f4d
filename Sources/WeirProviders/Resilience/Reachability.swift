/// Whether one server can be reached, as far as connections tell: the value behind breakers and the state of the link.
///
/// A server is lost after several failed connections in a row (unless all of them fell into one short moment, such as a
/// restart), after failed ones that span `patience` without an answer between them, and while a connection has been in the making for `patience` and nothing was heard since it
/// began: nobody has to wait for the connect deadline of the first request to know that the second one is in vain.
///
/// Times are durations since any one moment, and never go back.
package struct Reachability: Sendable, Hashable {
  package struct Settings: Sendable, Hashable {
    /// Failed connections in a row, however fast.
    package var failures: Int
    /// The time that those span at least: a busy node meets many in the moment of a restart.
    package var leastSpan: Duration
    /// How long connecting may take before others stop trying.
    package var patience: Duration

    package init(
      failures: Int = 3, leastSpan: Duration = .milliseconds(250), patience: Duration = .milliseconds(1_800)
    ) {
      self.failures = failures
      self.leastSpan = leastSpan
      self.patience = patience
    }
  }

  private let settings: Settings
  /// Connections in the making: when each began.
  private var connecting: [UInt64: Duration] = [:]
  private var lastHeard: Duration?
  /// Failed connections since the server was last heard.
  private var missed = 0
  private var firstMissBegan = Duration.zero
  private var lastMissEnded = Duration.zero

  package init(_ settings: Settings = Settings()) {
    self.settings = settings
  }

  /// A request sets out; `connected`, `heard` or `failed` with the same number must follow.
  package mutating func began(_ number: UInt64, at now: Duration) {
    connecting[number] = now
  }

  /// Its connection is ready. A pooled one is so at once, which says nothing of the server.
  package mutating func connected(_ number: UInt64) {
    connecting[number] = nil
  }

  /// The server said something, be it a refusal.
  package mutating func heard(_ number: UInt64, at now: Duration) {
    connecting[number] = nil
    lastHeard = now
    missed = 0
  }

  /// No connection was made; `took` since the attempt at it began.
  package mutating func failed(_ number: UInt64, took: Duration, at now: Duration) {
    connecting[number] = nil
    // Others were answered while it was in the making: what counts is the time since then.
    if missed == 0 { firstMissBegan = max(now - took, lastHeard ?? now - took) }
    missed += 1
    lastMissEnded = now
  }

  /// It ended otherwise: cancelled, or after the connection stood.
  package mutating func left(_ number: UInt64) {
    connecting[number] = nil
  }

  package func isLost(at now: Duration) -> Bool {
    let span = lastMissEnded - firstMissBegan
    if missed >= settings.failures, span >= settings.leastSpan { return true }
    if missed > 0, span >= settings.patience { return true }
    return connecting.values.contains { began in
      now - began >= settings.patience && (lastHeard.map { $0 <= began } ?? true)
    }
  }
}
