/// A prompt with its answer, kept for a person to label.
package struct ReviewSample: Sendable, Hashable {
  /// Why the sample was kept.
  package enum Cause: String, Sendable, Hashable, CaseIterable {
    /// The confidence lies between the review and the accept thresholds.
    case uncertain
    /// Chosen at random among confident and escalated ones.
    case audit
    /// The cache's answer, where one that was computed to compare them differs.
    case cacheAudit = "cache_audit"
    /// A local answer failed its check and another tier answered.
    case cascaded
  }

  package var id: ULID
  package var at: Timestamp
  package var requestID: String
  package var tenant: String
  package var cause: Cause
  /// The probability, 0 < p <= 1, with which a request like this is kept: rates estimated from reviews weigh by 1/p.
  package var probability: Double
  package var prompt: String
  package var answer: String
  package var tier: Tier
  package var intent: String?
  package var confidence: Double?

  package init(
    id: ULID, at: Timestamp, requestID: String, tenant: String, cause: Cause, probability: Double, prompt: String,
    answer: String, tier: Tier, intent: String?, confidence: Double?
  ) {
    self.id = id
    self.at = at
    self.requestID = requestID
    self.tenant = tenant
    self.cause = cause
    self.probability = probability
    self.prompt = prompt
    self.answer = answer
    self.tier = tier
    self.intent = intent
    self.confidence = confidence
  }
}
