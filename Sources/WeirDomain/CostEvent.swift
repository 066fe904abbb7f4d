/// What one request cost and saved: a row of the ledger.
package struct CostEvent: Sendable, Hashable {
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    case answered, deferred, failed
    /// Asked after the request was answered, for its reviewers and the cache: no request of its own.
    case background
  }

  package var id: ULID
  package var at: Timestamp
  package var requestID: String
  package var tenant: String
  package var user: String?
  package var feature: String?
  package var experiment: String?
  package var outcome: Outcome
  /// Nil unless answered.
  package var tier: Tier?
  /// The model that answered, as the price list names it; nil for caches.
  package var model: String?
  package var intent: String?
  /// Calibrated, 0...1; nil where nothing was classified.
  package var confidence: Double?
  package var usage: TokenUsage
  /// What was paid.
  package var cost: Money
  /// What the premium tier would have cost, and the caches saved.
  package var savedByCache: Money
  /// What the premium tier would have cost, and a cheaper tier saved.
  package var savedByRouting: Money
  /// Prompt tokens (estimated) that compression kept from being sent, and what they would have cost.
  package var compressedTokens: Int
  package var savedByCompression: Money
  package var timings: [StepTiming]
  /// Whole time from read to reply.
  package var nanoseconds: Int64

  package init(
    id: ULID, at: Timestamp, requestID: String, tenant: String, user: String? = nil, feature: String? = nil,
    experiment: String? = nil, outcome: Outcome, tier: Tier? = nil, model: String? = nil, intent: String? = nil,
    confidence: Double? = nil, usage: TokenUsage = .zero, cost: Money = .zero, savedByCache: Money = .zero,
    savedByRouting: Money = .zero, compressedTokens: Int = 0, savedByCompression: Money = .zero,
    timings: [StepTiming] = [], nanoseconds: Int64 = 0
  ) {
    self.id = id
    self.at = at
    self.requestID = requestID
    self.tenant = tenant
    self.user = user
    self.feature = feature
    self.experiment = experiment
    self.outcome = outcome
    self.tier = tier
    self.model = model
    self.intent = intent
    self.confidence = confidence
    self.usage = usage
    self.cost = cost
    self.savedByCache = savedByCache
    self.savedByRouting = savedByRouting
    self.compressedTokens = compressedTokens
    self.savedByCompression = savedByCompression
    self.timings = timings
    self.nanoseconds = nanoseconds
  }
}

extension CostEvent {
  /// The same money spent for an answer that nobody waited for: it saves nothing.
  package var inBackground: CostEvent {
    var event = self
    event.outcome = .background
    (event.savedByCache, event.savedByRouting) = (.zero, .zero)
    return event
  }
}
