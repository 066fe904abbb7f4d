package import WeirDomain
package import WeirEntities

/// The operator's rules in the order of the file.
package struct RouteRules: Sendable, Hashable {
  package let rules: [RouteRule]
  private let text: RuleText

  package init(_ rules: [RouteRule] = []) {
    self.rules = rules
    text = RuleText(rules)
  }

  package static func == (left: RouteRules, right: RouteRules) -> Bool { left.rules == right.rules }

  package func hash(into hasher: inout Hasher) { hasher.combine(rules) }

  /// Positions of the rules that read text and whose keywords, pattern and entities fit: the fact that the decision,
  /// which sees no text, works with.
  ///
  /// A rule that keeps requests on this host reads all that would be sent: every turn, calls of tools and their
  /// descriptions, schemas, fields that pass through. Every other rule reads the last turn alone. `entities` are those of
  /// the last turn. What is no text (images, sounds, files) is not read.
  package func fitting(_ request: RouteRequest, entities: [Entity]) -> [Int] {
    text.fitting(rules, request, entities: entities)
  }

  /// What the rules say of one request.
  ///
  /// The first rule that fits counts as a whole, and no other. Apart from that order stand the rules that keep requests on
  /// this host: any of them that may fit is enough, and one that says nothing else is no first rule.
  func ruling(for facts: RouteFacts, outOfScopeThreshold: Double) -> RouteRuling {
    var ruling = RouteRuling()
    for (index, rule) in rules.enumerated() {
      let isText = !rule.condition.readsText || facts.fittingTexts.contains(index)
      guard isText else { continue }
      if rule.staysLocal, ruling.staysLocal == nil, rule.condition.mayFit(facts) { ruling.staysLocal = rule.name }
      if ruling.rule == nil, !rule.effect.isEmpty, rule.condition.fits(facts, outOfScopeThreshold) {
        ruling.rule = rule
      }
    }
    return ruling
  }
}

/// What rules say of one request.
struct RouteRuling: Sendable, Hashable {
  /// The first rule that fits and says how to answer.
  var rule: RouteRule?
  /// The name of a rule that keeps the request on this host.
  var staysLocal: String?
}

extension RouteRule.Condition {
  /// Everything but the text. An intent counts where the prompt is in scope; `out_of_scope` is the name of what is not.
  fileprivate func fits(_ facts: RouteFacts, _ outOfScopeThreshold: Double) -> Bool {
    guard fitsCaller(facts), complexity?.contains(facts.complexity) ?? true else { return false }
    if intents.isEmpty { return true }
    guard let reading = facts.reading else { return false }
    return intents.contains(reading.outOfScope > outOfScopeThreshold ? RouteRules.outOfScope : reading.intent)
  }

  /// The same in doubt: an intent that is merely likely counts too, and so does a prompt that was not read or not whole.
  fileprivate func mayFit(_ facts: RouteFacts) -> Bool {
    guard fitsCaller(facts), complexity?.contains(facts.complexity) ?? true else { return false }
    guard !intents.isEmpty, facts.cutAt == nil, !facts.isPartlyUnread, let reading = facts.reading else { return true }
    return intents.contains(reading.intent) || !intents.isDisjoint(with: reading.alternatives)
  }

  private func fitsCaller(_ facts: RouteFacts) -> Bool {
    (tenants.isEmpty || tenants.contains(facts.tenant))
      && (features.isEmpty || facts.feature.map(features.contains) ?? false)
  }
}

extension RouteRules {
  /// The intent of prompts that are about something else.
  package static let outOfScope = "out_of_scope"
}
