internal import WeirDomain

/// The form in which a row keeps its step timings: `embed=1200345;classify=81223`.
enum TimingText {
  static func write(_ timings: [StepTiming]) -> String {
    timings.map { "\($0.step.rawValue)=\($0.nanoseconds)" }.joined(separator: ";")
  }

  /// Steps of another version are passed over: the ledger outlives the list of steps.
  static func read(_ text: String) -> [StepTiming] {
    text.split(separator: ";").compactMap { part in
      guard let sign = part.firstIndex(of: "="), let step = RouteStep(rawValue: String(part[..<sign])),
        let nanoseconds = Int64(part[part.index(after: sign)...])
      else { return nil }
      return StepTiming(step: step, nanoseconds: nanoseconds)
    }
  }
}
