package import WeirDomain
package import WeirReview

/// Who is asked, in order, and why.
package struct RoutePlan: Sendable, Hashable {
  package enum Step: Sendable, Hashable {
    /// The approved answer of this id, its slots filled already: it is always given.
    case template(id: String)
    /// The local generator; its answer is checked before it is accepted.
    case generator
    /// A remote tier; `model` where one of its models is meant.
    case remote(Tier, model: String?)
    /// Two that are asked at the same time: an answer is given where they agree.
    case ensemble(Member, Member)

    var isRemote: Bool {
      switch self {
      case .template, .generator: false
      case .remote: true
      case .ensemble(let first, let second): first.isRemote || second.isRemote
      }
    }
  }

  /// One of two that are asked together.
  package enum Member: Sendable, Hashable {
    case generator
    case remote(Tier, model: String)

    var isRemote: Bool { self != .generator }
  }

  package private(set) var steps: [Step]
  /// Who is asked after a local answer was given, in order, until one answers; empty unless the mode is
  /// `answer_and_escalate`.
  package private(set) var background: [Step] = []
  package var band: ReviewBands.Band
  package var reasons: [RouteReason]
  /// Whether waiting for a remote can help where no step answers, or something less than it.
  package var mayWait: Bool
  /// Whether an answer that comes much later is of use.
  package var mayDefer = true
  /// The requested name that nobody serves, if any: then there are no steps.
  package var unknownModel: String?
  /// The right to ask remote models; without it there are no remote steps.
  package let permit: RemotePermit?
  /// Most tokens that a model may write, by its name, where money is short.
  package var mostTokens: [String: Int] = [:]
  /// What all attempts together may cost; nil where the request names no sum.
  package var limit: SpendLimit?
  /// The tier that would be asked first if every model could be reached; nil where it is, or no remote is asked.
  package var preferredTier: Tier?
  /// True where a local answer is given although its confidence is too low.
  package var isDoubtful = false

  /// The approved answer that comes first, whatever the caches hold.
  package var leadingTemplate: String? {
    guard case .template(let id)? = steps.first else { return nil }
    return id
  }

  /// Remote steps without a permit are left out.
  package init(
    steps: [Step], background: [Step] = [], band: ReviewBands.Band, reasons: [RouteReason], mayWait: Bool = true,
    unknownModel: String? = nil, permit: RemotePermit?
  ) {
    self.steps = steps.filter { permit != nil || !$0.isRemote }
    self.background = background.filter { permit != nil || !$0.isRemote }
    self.band = band
    self.reasons = reasons
    self.mayWait = mayWait && permit != nil
    self.unknownModel = unknownModel
    self.permit = permit
  }
}

extension RoutePlan {
  /// What to say where nobody is asked, or none of those who are has an answer.
  var refusal: RouteError {
    let last = reasons.last?.text ?? "nobody was asked"
    guard permit != nil else {
      let why = reasons.first { $0.code == "stays_local" || $0.code == "never_remote" }?.text ?? last
      // Asked again, it would be refused again: the request itself is what may not leave.
      return RouteError(code: "stays_local", kind: .badRequest, message: why == last ? why : "\(why); here, \(last)")
    }
    return switch reasons.last {
    case .policy(.tooSlow), .policy(.outOfTime): RouteError(code: "out_of_time", kind: .timedOut, message: last)
    case .policy(.tooDear): RouteError(code: "too_dear", kind: .badRequest, message: last)
    default: RouteError(code: "no_remote", kind: .unavailable, message: last)
    }
  }
}
