package import WeirDomain
package import WeirReview

/// Who is asked, in order, and why.
package struct RoutePlan: Sendable, Hashable {
  package enum Step: Sendable, Hashable {
    /// The approved answer of this id, its slots filled already: it is always given.
    case template(id: String)
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

  /// The approved answer that comes first, whatever the caches hold.
  package var leadingTemplate: String? {
    guard case .template(let id)? = steps.first else { return nil }
    return id
  }

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
