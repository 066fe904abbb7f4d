internal import WeirDomain

/// What the operator says of the answers that fit: how long they live, and what they are tagged with.
///
/// Every condition that is there must hold.
package struct CacheRule: Sendable, Hashable {
  /// Names the rule in traces: `rules[2]`, `intents.refund`.
  package var name: String
  /// Fits the canonical last user turn.
  package var prompt: TextPattern?
  package var tenant: String?
  package var intent: String?
  package var model: String?
  /// One of the entry's tags, own or given.
  package var tag: String?
  /// 0 keeps the answer out; nil leaves the time to the next rule.
  package var lifetimeMilliseconds: Int64?
  package var tags: [String]

  package init(
    name: String, prompt: TextPattern? = nil, tenant: String? = nil, intent: String? = nil, model: String? = nil,
    tag: String? = nil, lifetimeMilliseconds: Int64? = nil, tags: [String] = []
  ) {
    self.name = name
    self.prompt = prompt
    self.tenant = tenant
    self.intent = intent
    self.model = model
    self.tag = tag
    self.lifetimeMilliseconds = lifetimeMilliseconds
    self.tags = tags
  }

  /// Whether all holds but `prompt`.
  func fits(_ plan: CachePlan, _ answer: CachedAnswer, tags: [String]) -> Bool {
    (tenant == nil || tenant == plan.tenant) && (intent == nil || intent == answer.intent)
      && (model == nil || model == answer.model) && (tag.map { tags.contains($0) } ?? true)
  }
}

/// How long one answer lives, why, and what it is tagged with.
///
/// Rules look through the whole prompt: make it before a transaction begins, not in it.
package struct CacheLife: Sendable, Hashable {
  /// 0 keeps it out.
  var lifetimeMilliseconds: Int64
  /// Names what set the time: a rule, `request`, `temporal` or `default`.
  var cause: String
  /// Sorted, each once; without those that are columns of the entry (model, intent).
  var tags: [String]

  /// Rules go first, in their order; a request can only shorten what they and the defaults allow.
  init(_ plan: CachePlan, _ answer: CachedAnswer, _ configuration: CacheConfiguration) {
    var tags = Set(plan.terms.tags)
    for citation in answer.citations { tags.insert(CacheTag.source(citation.source)) }
    let own = [answer.model.map(CacheTag.model), answer.intent.map(CacheTag.intent)].compactMap { $0 }
    var found: (Int64, String)?
    var subject: TextPattern.Subject?
    for rule in configuration.rules where rule.fits(plan, answer, tags: Array(tags) + own) {
      if let pattern = rule.prompt {
        let folded = subject ?? TextPattern.Subject(plan.prompt)
        subject = folded
        guard pattern.matches(folded) else { continue }
      }
      if found == nil, let lifetime = rule.lifetimeMilliseconds { found = (lifetime, rule.name) }
      tags.formUnion(rule.tags)
    }
    (lifetimeMilliseconds, cause) = found ?? (configuration.lifetimeMilliseconds, "default")
    if plan.admission.reason == .temporal, configuration.temporalLifetimeMilliseconds < lifetimeMilliseconds {
      (lifetimeMilliseconds, cause) = (configuration.temporalLifetimeMilliseconds, "temporal")
    }
    if let asked = plan.terms.lifetimeMilliseconds, asked < lifetimeMilliseconds {
      (lifetimeMilliseconds, cause) = (max(asked, 0), "request")
    }
    self.tags = tags.sorted()
  }
}

/// Tags that entries get by themselves.
enum CacheTag {
  static func source(_ document: String) -> String { "source:\(document)" }
  static func model(_ name: String) -> String { "model:\(name)" }
  static func intent(_ name: String) -> String { "intent:\(name)" }
}
