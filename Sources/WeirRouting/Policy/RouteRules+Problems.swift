internal import WeirDomain

extension RouteRules {
  /// A rule that cannot do what it says.
  package struct Problem: Sendable, Hashable {
    package var rule: String
    /// What is wrong, found against known, and what to do.
    package var text: String
  }

  /// Whether a rule keeps intents on this host, so that the intents of the whole conversation must be known.
  package var keepIntentsHere: Bool { rules.contains { $0.staysLocal && !$0.condition.intents.isEmpty } }

  /// Rules that can never fit, or send to somebody who is not there; `intents` are those of the classifier.
  package func problems(intents: Set<String>, options: [RemoteOption]) -> [Problem] {
    var problems: [Problem] = []
    let known = intents.union([Self.outOfScope])
    let (models, tiers) = (Set(options.map(\.model)), Set(options.map(\.tier)))
    for (index, rule) in rules.enumerated() {
      func add(_ text: String) { problems.append(Problem(rule: rule.name, text: text)) }
      for intent in rule.condition.intents.sorted() where !known.contains(intent) {
        add("there is no intent \"\(intent.prefix(64))\": \(Self.advice(intent, known))")
      }
      let wanted = ([rule.effect.tier].compactMap { $0 } + (rule.effect.ensemble ?? [])).filter { !$0.isLocal }
      for tier in wanted where !tiers.contains(tier) {
        add("no provider serves tier \(tier.rawValue): name a model for it under [[providers]]")
      }
      if let model = rule.effect.model, !models.contains(model) {
        add("no provider serves model \"\(model.prefix(64))\": \(Self.advice(model, models))")
      }
      if !rule.effect.isEmpty, let earlier = rules[..<index].first(where: { $0.hides(rule) }) {
        add(
          earlier.condition.isEmpty
            ? "rule \"\(earlier.name)\" before it has no conditions and fits everything: put it last"
            : "rule \"\(earlier.name)\" before it fits whatever this one fits: put this one before it")
      }
    }
    return problems
  }

  private static func advice(_ name: String, _ known: Set<String>) -> String {
    if let nearest = Spelling.nearest(to: name, among: known.sorted()) { return "did you mean \(nearest)?" }
    let some = known.sorted().prefix(12)
    return some.isEmpty
      ? "none are known" : "there are \(some.joined(separator: ", "))\(known.count > some.count ? ", ..." : "")"
  }
}

extension RouteRule {
  /// Whether every request that fits the other rule fits this one, so that the other, which stands later, never counts.
  fileprivate func hides(_ later: RouteRule) -> Bool {
    guard !effect.isEmpty else { return false }
    let (mine, other) = (condition, later.condition)
    func covers<Value>(_ mine: Set<Value>, _ other: Set<Value>) -> Bool {
      mine.isEmpty || (!other.isEmpty && other.isSubset(of: mine))
    }
    // The other one reads the whole conversation, this one the last turn.
    if later.staysLocal, !staysLocal, mine.readsText { return false }
    guard covers(mine.intents, other.intents), covers(mine.tenants, other.tenants),
      covers(mine.features, other.features), covers(mine.entities, other.entities),
      covers(Set(mine.keywords.map { $0.lowercased() }), Set(other.keywords.map { $0.lowercased() }))
    else { return false }
    if let pattern = mine.pattern, pattern != other.pattern { return false }
    guard let range = mine.complexity else { return true }
    guard let others = other.complexity else { return range == 0...1 }
    return range.contains(others.lowerBound) && range.contains(others.upperBound)
  }
}
