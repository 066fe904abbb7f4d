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
  /// The reply's own id; nil for samples of before it was kept.
  package var traceID: ULID?
  /// Which classifier said `confidence`: those of two are not compared.
  package var head: String?
  /// The confidence from which on the prompt would have been answered locally; nil where something else decided.
  package var threshold: Double?
  /// The error budget in force, 0...0.5; nil where the decision was not reached.
  package var budget: Double?
  /// What a policy that decides without acting made of it; nil without one.
  package var shadow: Shadow?
  /// The answer of somebody else to the same prompt, for the reviewer to look at side by side.
  package var other: Counterpart?

  package struct Shadow: Sendable, Hashable {
    /// Which one.
    package var policy: String
    /// Who would have answered first; nil for nobody.
    package var tier: Tier?

    package init(policy: String, tier: Tier?) {
      self.policy = policy
      self.tier = tier
    }
  }

  /// An answer that was not given.
  package struct Counterpart: Sendable, Hashable {
    package var answer: String
    package var tier: Tier
    /// How much alike the two answers are, 0...1: a hint for the reviewer, never a label.
    package var agreement: Double?

    package init(answer: String, tier: Tier, agreement: Double? = nil) {
      self.answer = answer
      self.tier = tier
      self.agreement = agreement
    }
  }

  package init(
    id: ULID, at: Timestamp, requestID: String, tenant: String, cause: Cause, probability: Double, prompt: String,
    answer: String, tier: Tier, intent: String?, confidence: Double?, traceID: ULID? = nil, head: String? = nil,
    threshold: Double? = nil, budget: Double? = nil, shadow: Shadow? = nil, other: Counterpart? = nil
  ) {
    self.traceID = traceID
    self.head = head
    self.threshold = threshold
    self.budget = budget
    self.shadow = shadow
    self.other = other
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
