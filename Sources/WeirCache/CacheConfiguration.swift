/// What an operator decides about the caches.
package struct CacheConfiguration: Sendable, Hashable {
  /// The least cosine similarity at which a stored prompt is looked at by the guard.
  ///
  /// Under MiniLM an opposite ("turn on", "turn off") reaches 0.915 while true paraphrases start far below: no
  /// threshold alone tells them apart. This one lies above that pair, so that the guard is the second line.
  package var threshold: Float = 0.92
  /// The least cosine similarity at which the verifier looks at a stored prompt; where there is none, `threshold` decides.
  package var verifiedFloor: Float = 0.5
  /// The share of semantic hits that may be wrong, above 0.
  package var falseHitBudget = 0.01
  /// The share of semantic hits that are answered anew and compared, 0...1.
  package var auditShare = 0.0
  /// Neighbours that the guard looks at before the semantic tier gives up.
  package var candidates = 8
  /// How long an answer is served where no rule says otherwise, from when it was given; hits do not renew it.
  package var lifetimeMilliseconds: Int64 = 7 * 86_400_000
  /// The same for prompts about today, now, the weather and the like, where they are admitted.
  package var temporalLifetimeMilliseconds: Int64 = 60_000
  /// Most bytes of all entries, on disk and as `CacheEntrySize` counts them.
  package var byteBudget: Int64 = 512 * 1_048_576
  /// Most vectors in memory; beyond, the oldest are found by the exact tier only.
  package var vectorCapacity = 50_000
  /// What the operator says of some answers: the first rule that fits and names a time sets it.
  package var rules: [CacheRule] = []
  /// Kinds of requests that are kept although by default they are not.
  package var admitted: Set<CacheAdmission.Reason> = []
  /// How long after its time an answer may be served when nobody else can answer; 0 never.
  package var staleMilliseconds: Int64 = 0
  /// Most bytes of memory for vectors where the index is held in it.
  package var memoryBudget: Int64 = 128 * 1_048_576
  /// Which entries leave first when the budget is full.
  package var eviction = CacheEviction.savings
  /// Whether capitals and small letters are the same.
  package var foldsCase = false
  /// Above this temperature a request asks for variety, and the semantic tier leaves it alone.
  package var maximumTemperature = 0.7
  /// Bytes of the longest prompt that the semantic tier compares: about what a window of 256 tokens holds.
  package var longestSharedPrompt = 1_000
  /// Tenants that read and write each other's answers, but for those that are one user's own.
  package var sharedSpace: Set<String> = []
  /// The generator that would answer now: answers of another one are not served. Nil serves them all.
  package var localModel: String?

  package init() {}

  /// Vectors that the memory budget holds, each with about 128 bytes beside its numbers; at least one.
  func vectorCapacity(dimension: Int) -> Int {
    min(vectorCapacity, max(Int(memoryBudget / Int64(dimension * 4 + 128)), 1))
  }
}
