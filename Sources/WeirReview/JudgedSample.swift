package import WeirDomain

/// A sample with what its reviewers said of it together; none of its texts.
package struct JudgedSample: Sendable, Hashable {
  /// Grows with the moment of the first label.
  package var order: Int64
  package var id: ULID
  package var at: Timestamp
  package var tenant: String
  package var cause: ReviewSample.Cause
  /// With which a request like this is kept, 0 < p <= 1.
  package var probability: Double
  /// Who gave the answer.
  package var tier: Tier
  package var intent: String?
  package var confidence: Double?
  package var head: String?
  /// Nil where the confidence did not decide.
  package var threshold: Double?
  /// The error budget in force.
  package var budget: Double?
  package var shadow: ReviewSample.Shadow?
  /// Who gave the answer beside it.
  package var otherTier: Tier?
  /// Whether the answer of this host was right, or would have been; nil where nobody said so, or as many say no.
  package var localWasRight: Bool?
  /// Whether the answer that was given was right.
  package var givenWasRight: Bool?
  /// True where as many reviewers say right as say wrong.
  package var isTied = false
  package var reviewers = 0

  /// True where the answer came from this host.
  package var isLocal: Bool { tier.isLocal }
  /// How many requests like this the sample stands for.
  package var weight: Double { 1 / probability }

  package init(
    order: Int64, id: ULID, at: Timestamp, tenant: String, cause: ReviewSample.Cause, probability: Double, tier: Tier,
    intent: String?, confidence: Double?, head: String?, threshold: Double?, budget: Double?,
    shadow: ReviewSample.Shadow? = nil, otherTier: Tier?,
    localWasRight: Bool? = nil
  ) {
    self.order = order
    self.id = id
    self.at = at
    self.tenant = tenant
    self.cause = cause
    self.probability = probability
    self.tier = tier
    self.intent = intent
    self.confidence = confidence
    self.head = head
    self.threshold = threshold
    self.budget = budget
    self.shadow = shadow
    self.otherTier = otherTier
    self.localWasRight = localWasRight
  }

  /// Votes are counted by reviewer: right or wrong of the local answer itself goes before the intent.
  ///
  /// Another intent than the classifier's proves any local answer wrong. The same one makes an answer right only if it is
  /// a local one that the label is about: of an answer that was never seen it says nothing.
  struct Ballot {
    private(set) var sample: JudgedSample
    private var votes: [String: (local: Bool?, given: Bool?)] = [:]

    init(_ sample: JudgedSample) {
      self.sample = sample
    }

    mutating func add(_ subject: ReviewLabel.Subject, _ verdict: ReviewLabel.Verdict, by reviewer: String) {
      var vote = votes[reviewer] ?? (nil, nil)
      let tier = subject == .answer ? sample.tier : sample.otherTier
      switch verdict {
      case .right, .wrong:
        if tier?.isLocal == true { vote.local = verdict == .right }
        if subject == .answer { vote.given = verdict == .right }
      case .intent(let name):
        guard let intent = sample.intent else { break }
        if vote.local == nil, name != intent || tier?.isLocal == true { vote.local = name == intent }
        if subject == .answer, sample.isLocal, vote.given == nil { vote.given = name == intent }
      }
      votes[reviewer] = vote
    }

    var counted: JudgedSample {
      var counted = sample
      counted.reviewers = votes.count
      let (local, isTied) = Self.majority(votes.values.compactMap(\.local))
      let (given, isGivenTied) = Self.majority(votes.values.compactMap(\.given))
      counted.localWasRight = local
      counted.givenWasRight = given
      counted.isTied = isTied || isGivenTied
      return counted
    }

    private static func majority(_ votes: [Bool]) -> (Bool?, isTied: Bool) {
      let right = votes.count { $0 }
      let wrong = votes.count - right
      return right == wrong ? (nil, !votes.isEmpty) : (right > wrong, false)
    }
  }
}
