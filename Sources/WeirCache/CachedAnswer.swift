package import WeirDomain

/// An answer as the caches keep it, with who gave it.
package struct CachedAnswer: Sendable, Hashable {
  package var text: String
  /// Who gave it in the first place: never a cache.
  package var tier: Tier
  package var model: String?
  package var intent: String?
  /// What it took then: what a hit saves.
  package var usage: TokenUsage
  /// What it cost then; nil where that is not known.
  package var cost: Money?
  /// The passages it was given with; its text may name them by their numbers.
  package var citations: [Citation]

  package init(
    text: String, tier: Tier, model: String? = nil, intent: String? = nil, usage: TokenUsage = .zero,
    cost: Money? = nil, citations: [Citation] = []
  ) {
    precondition(!tier.isCache, "a cached answer names who gave it, not the cache")
    self.text = text
    self.tier = tier
    self.model = model
    self.intent = intent
    self.usage = usage
    self.cost = cost
    self.citations = citations
  }

  /// Whether two answers differ in case and white space at most.
  package static func areAlike(_ left: String, _ right: String) -> Bool {
    NearPrompt.answerDigest(left) == NearPrompt.answerDigest(right)
  }
}

/// A stored answer that was found, and the facts that a trace shows.
package struct CacheHit: Sendable, Hashable {
  /// The entry's id, which is never used again.
  package var id: Int64
  package var answer: CachedAnswer
  /// The request that was answered then.
  package var requestID: String
  package var createdAt: Timestamp
  package var expiresAt: Timestamp
  /// Cosine similarity of the prompts; nil in the exact tier.
  package var similarity: Float?
}
