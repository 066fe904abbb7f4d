/// The confidence that a local answer needs, and where that number comes from.
///
/// A fact for the policy: who derives it (from labelled rows, from a person's word) is not the policy's business, but a
/// reason must be able to name it.
package struct Acceptance: Sendable, Hashable {
  package enum Origin: Sendable, Hashable {
    /// The two bands that hold until there is data or a person's word.
    case bands
    /// `1 - share`, without labelled data: an average is right as far as the calibration is.
    case budget(Double)
    /// A rule's threshold.
    case typed
    /// Derived from this many labelled rows in the bundle.
    case bundle(rows: Int)
    /// Derived from this many answers that people reviewed on this node.
    case reviewed(rows: Int)
    /// Raised because more local answers were wrong than the budget allows.
    case monitor
  }

  /// Confidence from which on a local answer is given; above 1, also infinite, where none is.
  package var answerAt: Double
  /// Confidence below which an answer that is given is kept for review too; at least `answerAt`.
  package var reviewBelow: Double
  package var origin: Origin

  /// A `reviewBelow` under `answerAt` keeps nothing; it is raised to it.
  package init(answerAt: Double, reviewBelow: Double, origin: Origin) {
    precondition(!answerAt.isNaN && !reviewBelow.isNaN, "thresholds are numbers")
    self.answerAt = answerAt
    self.reviewBelow = max(answerAt, reviewBelow)
    self.origin = origin
  }

  /// 0.80 and 0.95.
  package static let bands = Acceptance(answerAt: 0.8, reviewBelow: 0.95, origin: .bands)

  /// What holds without labelled data for a budget that a person typed: each accepted answer keeps it, hence their
  /// average does. The half of the band next to the threshold is reviewed.
  package static func budget(_ share: Double) -> Acceptance {
    Acceptance(answerAt: 1 - share, reviewBelow: 1 - share / 2, origin: .budget(share))
  }

  /// A threshold that a person typed: the half of the band above it is reviewed.
  package static func typed(_ threshold: Double) -> Acceptance {
    Acceptance(answerAt: threshold, reviewBelow: (1 + threshold) / 2, origin: .typed)
  }

  /// What holds where nothing was labelled.
  package static func withoutData(_ budget: ErrorBudget) -> Acceptance {
    budget.isTyped ? .budget(budget.share) : .bands
  }
}

/// The share of wrong local answers that is accepted.
package struct ErrorBudget: Sendable, Hashable {
  /// 0 < share < 0.5.
  package var share: Double
  /// Whether a person asked for this one; else it is the built-in one.
  package var isTyped: Bool

  package init(share: Double, isTyped: Bool) {
    precondition(share > 0 && share < 0.5, "an error budget lies between 0 and 0.5")
    self.share = share
    self.isTyped = isTyped
  }
}
