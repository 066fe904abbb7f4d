/// How fast the durable queue is emptied once the link is back: a bounded rate, and few at a time at first.
///
/// One request is at work at the beginning; each answer allows one more, up to a bound, and each failure halves what is
/// allowed. A link that just came back, and a provider that many nodes return to, are not met with everything at once.
///
/// It decides and does nothing: times are durations since any one moment, and chance is handed in.
package struct DrainPace: Sendable, Hashable {
  package enum Step: Sendable, Hashable {
    /// Take the next prompt now; it is counted.
    case start
    case wait(Duration)
    /// Enough are at work: one of them has to end first.
    case full
  }

  private let interval: Duration
  private let most: Int
  package private(set) var allowed = 1
  private var nextAt = Duration.zero

  package init(perMinute: Int, most: Int) {
    precondition(perMinute > 0 && most > 0, "a queue that is emptied has a rate")
    interval = .seconds(60) / perMinute
    self.most = most
  }

  /// `fraction` is uniform in 0..<1: starts are between half an interval and one and a half apart.
  package mutating func next(at now: Duration, running: Int, fraction: Double) -> Step {
    guard running < allowed else { return .full }
    guard now >= nextAt else { return .wait(nextAt - now) }
    // What was not used is not saved up: an hour of silence is no reason for a flood.
    nextAt = now + interval * (0.5 + fraction)
    return .start
  }

  package mutating func answered() { allowed = min(most, allowed + 1) }

  package mutating func failed() { allowed = max(1, allowed / 2) }
}
