internal import WeirDomain

/// Times the steps of one request with a clock that is passed in.
struct StepTimer {
  /// Monotonic nanoseconds.
  private let now: @Sendable () -> Int64
  private let start: Int64
  private(set) var timings: [StepTiming] = []

  init(now: @escaping @Sendable () -> Int64) {
    self.now = now
    start = now()
    timings.reserveCapacity(RouteStep.allCases.count)
  }

  /// Nanoseconds since the timer was made.
  var elapsed: Int64 { now() - start }

  /// Notes a step that began when `mark()` gave `begin`; a step that is made twice counts as one.
  mutating func finish(_ step: RouteStep, since begin: Int64) {
    let nanoseconds = now() - begin
    if let index = timings.firstIndex(where: { $0.step == step }) {
      timings[index].nanoseconds += nanoseconds
    } else {
      timings.append(StepTiming(step: step, nanoseconds: nanoseconds))
    }
  }

  func mark() -> Int64 { now() }
}
