package import WeirDomain
internal import WeirReview
package import WeirStore

/// What people said of this node's local answers, as far as confidence decided whether they were given.
package struct BudgetEvidence: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package var at: Timestamp
    package var tenant: String
    package var intent: String
    /// As it was when the decision was made.
    package var confidence: Double
    /// False where nobody can tell too: reviewers disagree, or an answer that was not given has no verdict.
    package var isRight: Bool
    /// Whether more reviewers said one thing than the other.
    package var isJudged = true
    /// With which such a request is kept, 0 < p <= 1.
    package var probability: Double
    /// True where the answer was given because the confidence was high enough, false where it would have been right or wrong had it been.
    package var wasGiven: Bool
    /// The error budget that it was decided under.
    package var share: Double
    /// Uniform in 0..<1, drawn with the sample; it depends on nothing else.
    package var draw: Double

    package init(
      at: Timestamp, tenant: String, intent: String, confidence: Double, isRight: Bool, probability: Double,
      wasGiven: Bool, share: Double, draw: Double
    ) {
      self.at = at
      self.tenant = tenant
      self.intent = intent
      self.confidence = confidence
      self.isRight = isRight
      self.probability = probability
      self.wasGiven = wasGiven
      self.share = share
      self.draw = draw
    }

    /// Nil for a sample that says nothing of local answers under a confidence of this classifier.
    ///
    /// What failed its check is no local answer, and what the cache was asked for is not what was given. Labelled requests
    /// that were sent on for want of confidence are rows even if nobody judged a local answer to them: were they left
    /// out, the less sure ones would be fewer the higher the threshold was.
    init?(_ sample: JudgedSample, head: String) {
      guard sample.head == head, let confidence = sample.confidence,
        let intent = sample.intent, let threshold = sample.threshold, let share = sample.budget,
        sample.cause == .audit || sample.cause == .uncertain, !sample.tier.isCache
      else { return nil }
      let isJudged = sample.localWasRight != nil
      guard isJudged || sample.isTied || !sample.tier.isLocal && confidence < threshold else { return nil }
      self.init(
        at: sample.at, tenant: sample.tenant, intent: intent, confidence: confidence,
        isRight: sample.localWasRight ?? false,
        probability: sample.probability, wasGiven: sample.tier.isLocal && confidence >= threshold, share: share,
        draw: Self.draw(of: sample.id))
      self.isJudged = isJudged
    }

    /// The random part of an id mixed into a number (FNV-1a, 64 bits, and the finalizer of MurmurHash3).
    static func draw(of id: ULID) -> Double {
      var bits = id.description.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
        ($0 ^ UInt64($1)) &* 1_099_511_628_211
      }
      bits = (bits ^ bits >> 33) &* 0xFF51_AFD7_ED55_8CCD
      bits = (bits ^ bits >> 33) &* 0xC4CE_B9FE_1A85_EC53
      return Double((bits ^ bits >> 33) >> 11) / 9_007_199_254_740_992
    }
  }

  /// In the order in which their first labels came.
  package var rows: [Row]

  package init(_ rows: [Row] = []) { self.rows = rows }

  /// Rows that are looked at; older ones are left out, so that the work has a bound.
  package static let mostRows = 50_000

  /// The latest rows about confidences of this classifier.
  package static func read(head: String, in transaction: borrowing StoreTransaction) throws -> BudgetEvidence {
    var rows: [Row] = []
    try ReviewQueue.judged(in: transaction) { sample in
      guard let row = Row(sample, head: head) else { return }
      rows.append(row)
      if rows.count >= 2 * mostRows { rows.removeFirst(mostRows) }
    }
    return BudgetEvidence(rows.suffix(mostRows))
  }
}
