package import WeirCache
package import WeirDomain
package import WeirEntities

/// What an operator wants of some requests: conditions, all of which must hold, and what then counts.
package struct RouteRule: Sendable, Hashable {
  /// What a request must be like; what is empty or nil asks for nothing.
  package struct Condition: Sendable, Hashable {
    /// One of these words or phrases stands in the prompt, as whole words, whatever their case.
    package var keywords: [String] = []
    /// The prompt as a whole.
    package var pattern: TextPattern?
    /// A value of one of these kinds stands in the prompt.
    package var entities: Set<EntityKind> = []
    package var intents: Set<String> = []
    package var tenants: Set<String> = []
    package var features: Set<String> = []
    /// Within 0...1.
    package var complexity: ClosedRange<Double>?

    package init() {}

    /// Whether the text itself must be read.
    package var readsText: Bool { !keywords.isEmpty || pattern != nil || !entities.isEmpty }

    /// Whether every request meets it.
    package var isEmpty: Bool { self == Condition() }
  }

  /// What counts for a request that the rule fits; nil leaves it as it is.
  package struct Effect: Sendable, Hashable {
    /// `template` and `generator` too.
    package var tier: Tier?
    /// A remote model.
    package var model: String?
    package var mode: RouteMode?
    package var strategy: RouteStrategy?
    /// The confidence that a local answer needs, 0...1.
    package var threshold: Double?
    package var errorBudget: ErrorBudget?
    package var latencyBudgetMilliseconds: Int?
    package var ensemble: [Tier]?

    package init() {}

    package var isEmpty: Bool { self == Effect() }
  }

  package var name: String
  package var condition: Condition
  package var effect: Effect
  /// Nothing overrides it, and no earlier rule hides it.
  package var staysLocal: Bool

  package init(name: String, condition: Condition = Condition(), effect: Effect = Effect(), staysLocal: Bool = false) {
    self.name = name
    self.condition = condition
    self.effect = effect
    self.staysLocal = staysLocal
  }
}
