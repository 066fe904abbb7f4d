package import WeirDomain
package import WeirEntities
package import WeirReview

/// What came of a request: the answer where there is one, who gave it, why, and what it cost.
package struct RouteReply: Sendable, Hashable {
  package enum Outcome: Sendable, Hashable {
    case answered(String)
    /// The prompt waits in the durable queue.
    case deferred
    case failed(RouteError)
  }

  package var requestID: String
  package var tenant: String
  package var traceID: ULID
  package var outcome: Outcome
  /// Who answered; nil unless answered.
  package var tier: Tier?
  /// The model that answered; nil for caches.
  package var model: String?
  /// What the prompt is about: as classified now, or when a cached answer was given first.
  package var intent: String?
  package var reading: RouteFacts.Reading?
  /// 0...1; nil where the decision was not reached.
  package var complexity: Double?
  package var band: ReviewBands.Band?
  package var reasons: [RouteReason]
  package var timings: [StepTiming]
  /// Whole time from read to reply.
  package var nanoseconds: Int64
  package var usage: TokenUsage
  package var cost: Money
  package var savedByCache: Money
  package var savedByRouting: Money
  package var savedByCompression: Money = .zero
  /// True for a stored answer whose time was over: nobody else could answer.
  package var isStale = false
  /// True where another worker has taken the prompt over from the queue: this reply is delivered to nobody.
  package var isClaimLost = false
  /// The passages that the answer was given with.
  package var citations: [Citation] = []
  /// Ids of the cache's entries that the generator was shown as examples, nearest last.
  package var examples: [Int64] = []
  /// The values in the prompt: text of the caller's, for the reply alone.
  package var entities: [Entity] = []
  /// What a remote answer is besides its text.
  package var form: ReplyForm?

  package var answer: String? {
    if case .answered(let text) = outcome { text } else { nil }
  }
}

/// Why a request was not answered: a stable code, the class of failure, and a sentence without any of its text.
package struct RouteError: Error, Sendable, Hashable {
  package var code: String
  package var kind: FailureKind
  package var message: String

  package init(code: String, kind: FailureKind, message: String) {
    self.code = code
    self.kind = kind
    self.message = message
  }
}
