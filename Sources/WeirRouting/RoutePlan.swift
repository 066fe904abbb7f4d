package import WeirDomain
package import WeirReview

/// Who is asked, in order, and why.
package struct RoutePlan: Sendable, Hashable {
  package enum Step: Sendable, Hashable {
    /// The local generator; its answer is checked before it is accepted.
    case generator
    /// A remote tier; `model` where the request named one.
    case remote(Tier, model: String?)
  }

  package var steps: [Step]
  package var band: ReviewBands.Band
  package var reasons: [RouteReason]
  /// Whether waiting for a remote can help where no step answers.
  package var mayWait: Bool
  /// The requested name that nobody serves, if any: then there are no steps.
  package var unknownModel: String?

  package init(
    steps: [Step], band: ReviewBands.Band, reasons: [RouteReason], mayWait: Bool = true, unknownModel: String? = nil
  ) {
    self.steps = steps
    self.band = band
    self.reasons = reasons
    self.mayWait = mayWait
    self.unknownModel = unknownModel
  }
}
