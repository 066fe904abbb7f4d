/// The steps of a request's way, in order; timings are reported by step.
package enum RouteStep: String, Sendable, Hashable, CaseIterable {
  case normalize, admit, exact
  /// For another request's answer.
  case wait
  case embed, similar, classify, decide, ground, answer, record
}

/// How long one step took.
package struct StepTiming: Sendable, Hashable {
  package var step: RouteStep
  package var nanoseconds: Int64

  package init(step: RouteStep, nanoseconds: Int64) {
    self.step = step
    self.nanoseconds = nanoseconds
  }
}
