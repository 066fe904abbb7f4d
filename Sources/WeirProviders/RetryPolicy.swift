/// Decides whether and when to try again. It waits for nobody: time and randomness are handed in.
///
/// Exponential backoff with full jitter: the wait before attempt n+1 is uniform in 0...min(cap, base * 2^(n-1)).
/// Only what is safe is tried again (`ProviderFailure.isSafeToRetry`).
package struct RetryPolicy: Sendable, Hashable {
  package enum Action: Sendable, Equatable {
    case retry(after: Duration)
    case giveUp
  }

  package var maximumAttempts: Int
  package var base: Duration
  package var cap: Duration
  /// A provider that asks for a longer wait than this is given up.
  package var longestRetryAfter: Duration
  /// All attempts and waits together.
  package var deadline: Duration
  private var failures = 0

  package init(
    maximumAttempts: Int = 3, base: Duration = .milliseconds(200), cap: Duration = .seconds(8),
    longestRetryAfter: Duration = .seconds(30), deadline: Duration = .seconds(120)
  ) {
    self.maximumAttempts = maximumAttempts
    self.base = base
    self.cap = cap
    self.longestRetryAfter = longestRetryAfter
    self.deadline = deadline
  }

  /// What to do after one more failure; `elapsed` since the first attempt began, `fraction` uniform in 0..<1.
  package mutating func next(after failure: ProviderFailure, elapsed: Duration, fraction: Double) -> Action {
    precondition((0..<1).contains(fraction), "the random fraction is in 0..<1")
    failures += 1
    guard failure.isSafeToRetry, failures < maximumAttempts else { return .giveUp }
    var wait = ceiling(failures) * fraction
    if let asked = failure.retryAfter {
      guard asked <= longestRetryAfter else { return .giveUp }
      // Everyone was told the same moment: the jitter comes on top.
      wait += asked
    }
    return elapsed + wait < deadline ? .retry(after: wait) : .giveUp
  }

  /// Whether another endpoint may be asked at once after the failure that was just seen. That counts as an attempt, but one
  /// such is made even where nothing is retried: it repeats nothing.
  package var mayHop: Bool { failures + 1 < max(maximumAttempts, 2) }

  /// After one more failure the next attempt went elsewhere at once.
  package mutating func hopped() { failures += 1 }

  private func ceiling(_ failures: Int) -> Duration {
    var ceiling = base
    for _ in 1..<max(1, failures) where ceiling < cap { ceiling *= 2 }
    return min(ceiling, cap)
  }
}
