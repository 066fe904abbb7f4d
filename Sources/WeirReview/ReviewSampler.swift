package import WeirDomain

/// Decides which answered requests are kept for review, and with what probability.
///
/// The probability is stored with each sample, so that rates over all traffic can be estimated from the labelled
/// ones by weighing each with its inverse (Horvitz and Thompson, 1952).
package struct ReviewSampler: Sendable, Hashable {
  package struct Choice: Sendable, Hashable {
    package var cause: ReviewSample.Cause
    /// 0 < probability <= 1.
    package var probability: Double

    package init(cause: ReviewSample.Cause, probability: Double) {
      self.cause = cause
      self.probability = probability
    }
  }

  /// The share of uncertain answers that is kept, 0...1.
  package let uncertain: Double
  /// The share of confident answers, and of escalated ones, that is kept, 0...1.
  package let audit: Double

  /// Nil unless both are 0...1.
  package init?(uncertain: Double, audit: Double) {
    guard (0...1).contains(uncertain), (0...1).contains(audit) else { return nil }
    self.uncertain = uncertain
    self.audit = audit
  }

  /// Whether a request is kept, and why; nil when it is not.
  ///
  /// `draw` is uniform in 0..<1, one for each request. Without a band, as for what the caches answer before anything
  /// is classified, a request is audited like a confident one. A cascaded request (a local answer failed its check) is
  /// always kept. One that went straight to a remote tier is audited like a confident one: without such samples
  /// nobody could tell how many escalations were needless.
  package func choose(_ band: ReviewBands.Band?, isCascaded: Bool, draw: Double) -> Choice? {
    precondition((0..<1).contains(draw), "a draw is uniform in 0..<1")
    if isCascaded { return Choice(cause: .cascaded, probability: 1) }
    switch band {
    case .accept, .escalate, nil: return draw < audit ? Choice(cause: .audit, probability: audit) : nil
    case .acceptAndReview: return draw < uncertain ? Choice(cause: .uncertain, probability: uncertain) : nil
    }
  }
}
