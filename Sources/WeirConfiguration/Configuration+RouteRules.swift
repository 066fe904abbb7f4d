package import WeirDomain

extension Configuration {
  /// One `[[routing.rules]]`: conditions, all of which must hold, and what then counts.
  package struct RouteRule: Sendable, Hashable {
    /// As typed, or `rules[1]`.
    package var name: String
    package var keywords: [String] = []
    /// `*` is any text, `?` one character.
    package var match: String?
    /// Names of kinds.
    package var entities: [String] = []
    package var intents: [String] = []
    package var tenants: [String] = []
    package var features: [String] = []
    package var complexity: ClosedRange<Double>?
    package var staysLocal = false
    package var tier: Tier?
    package var model: String?
    package var mode: String?
    package var strategy: String?
    package var latencyBudgetMilliseconds: Int?
    /// None, or two.
    package var ensemble: [Tier] = []
    package var errorBudget: Double?
    package var threshold: Double?
    package var origin: SettingOrigin

    static let most = 256
    /// Texts in one list.
    static let mostTexts = 256
    /// Bytes of a keyword, a pattern, a name.
    static let longest = 256
    static let conditions = ["keywords", "match", "entities", "intents", "tenants", "features"]
    static let effects = [
      "tier", "model", "mode", "strategy", "latency_budget_ms", "ensemble", "error_budget", "threshold",
    ]
  }
}

extension [Configuration.RouteRule] {
  /// Reads `[[routing.rules]]` and takes them out of `table`.
  static func take(
    from table: inout [String: TypedDocument.Node]
  ) throws(ConfigurationFailure) -> [Configuration.RouteRule] {
    let key = "routing.rules"
    guard let node = table.removeValue(forKey: "rules") else { return [] }
    guard case .list(let elements, let origin) = node else {
      throw .wrongType(
        key: key, origin: node.origin, found: "a single table or value", allowed: "written as [[\(key)]]")
    }
    guard elements.count <= Configuration.RouteRule.most else {
      throw .outOfRange(
        key: key, origin: origin, found: "\(elements.count) rules", allowed: "at most \(Configuration.RouteRule.most)")
    }
    var rules: Self = []
    for (index, element) in elements.enumerated() {
      let place = "\(key)[\(index + 1)]"
      guard case .table(let table, let origin) = element else {
        throw .wrongType(key: place, origin: element.origin, found: "a value", allowed: "a table, [[\(key)]]")
      }
      let rule = try Configuration.RouteRule(table, key: place, name: "rules[\(index + 1)]", origin: origin)
      if rules.contains(where: { $0.name == rule.name }) {
        throw .conflict(
          key: "\(place).name", other: "an earlier rule of the same name", origin: origin,
          advice: "give each rule a name of its own")
      }
      rules.append(rule)
    }
    return rules
  }
}

extension Configuration.RouteRule {
  fileprivate init(
    _ table: [String: TypedDocument.Node], key: String, name: String, origin: SettingOrigin
  ) throws(ConfigurationFailure) {
    let typed = try TypedSettings(ConfigurationKey.routeRule, table: table, name: key)
    func has(_ name: String) -> Bool { table[name] != nil }
    self.origin = origin
    self.name = typed.optionalText("routing.rules.name") ?? name
    match = typed.optionalText("routing.rules.match")
    for (text, field) in [(self.name, "name"), (match ?? "", "match")] where text.utf8.count > Self.longest {
      throw .outOfRange(
        key: "\(key).\(field)", origin: typed.origin("routing.rules.\(field)"), found: "\(text.utf8.count) bytes",
        allowed: "at most \(Self.longest) bytes")
    }
    keywords = try Self.list("keywords", typed, key: key, has: has)
    if let bad = keywords.first(where: { !$0.contains { $0.isLetter || $0.isNumber } }) {
      throw .outOfRange(
        key: "\(key).keywords", origin: typed.origin("routing.rules.keywords"), found: TypedValue.text(bad).literal,
        allowed: "words or phrases with a letter or digit")
    }
    entities = try Self.list("entities", typed, key: key, has: has)
    intents = try Self.list("intents", typed, key: key, has: has)
    tenants = try Self.list("tenants", typed, key: key, has: has)
    features = try Self.list("features", typed, key: key, has: has)
    staysLocal = typed.boolean("routing.rules.stay_local")
    tier = has("tier") ? Tier(rawValue: typed.text("routing.rules.tier")) : nil
    model = typed.optionalText("routing.rules.model")
    mode = has("mode") ? typed.text("routing.rules.mode") : nil
    strategy = has("strategy") ? typed.text("routing.rules.strategy") : nil
    latencyBudgetMilliseconds = has("latency_budget_ms") ? typed.integer("routing.rules.latency_budget_ms") : nil
    ensemble = try Configuration.ensemble(typed, "routing.rules.ensemble", key: "\(key).ensemble")
    errorBudget = has("error_budget") ? typed.decimal("routing.rules.error_budget") : nil
    threshold = has("threshold") ? typed.decimal("routing.rules.threshold") : nil
    if has("min_complexity") || has("max_complexity") {
      let (least, most) = (
        typed.decimal("routing.rules.min_complexity"), typed.decimal("routing.rules.max_complexity")
      )
      guard least <= most else {
        throw .conflict(
          key: "\(key).min_complexity", other: "\(key).max_complexity", origin: origin,
          advice: "the first must not be above the second")
      }
      complexity = least...most
    }
    try check(has, key: key)
  }

  /// A list that is there must name something: an empty one would fit everything, or nothing.
  private static func list(
    _ name: String, _ typed: TypedSettings, key: String, has: (String) -> Bool
  ) throws(ConfigurationFailure) -> [String] {
    let texts = typed.texts("routing.rules.\(name)")
    guard has(name) else { return [] }
    let isWell = (1...mostTexts).contains(texts.count) && texts.allSatisfy { (1...longest).contains($0.utf8.count) }
    guard isWell else {
      throw .outOfRange(
        key: "\(key).\(name)", origin: typed.origin("routing.rules.\(name)"), found: "a list of \(texts.count) texts",
        allowed: "1 to \(mostTexts) texts of 1 to \(longest) bytes")
    }
    return texts
  }

  /// What says nothing, and what contradicts itself.
  private func check(_ has: (String) -> Bool, key: String) throws(ConfigurationFailure) {
    guard staysLocal || Self.effects.contains(where: has) else {
      throw .missingKey(
        key: "\(key).tier", origin: origin,
        advice: "a rule says stay_local = true or one of \(Self.effects.joined(separator: ", "))")
    }
    func refuse(_ name: String, _ other: String, _ advice: String) -> ConfigurationFailure {
      .conflict(key: "\(key).\(name)", other: "\(key).\(other)", origin: origin, advice: advice)
    }
    let asksRemote = tier?.isLocal == false || model != nil || ensemble.contains { !$0.isLocal }
    let remoteKey = tier?.isLocal == false ? "tier" : model != nil ? "model" : "ensemble"
    if tier != nil, model != nil { throw refuse("tier", "model", "keep one of them") }
    if errorBudget != nil, threshold != nil { throw refuse("error_budget", "threshold", "keep one of them") }
    if !ensemble.isEmpty, tier != nil || model != nil {
      throw refuse("ensemble", tier != nil ? "tier" : "model", "keep one of them")
    }
    if staysLocal, asksRemote { throw refuse("stay_local", remoteKey, "what stays on this host asks no remote model") }
    if staysLocal, let mode, mode != "never" {
      throw refuse("stay_local", "mode", "what stays on this host asks no remote model")
    }
    if mode == "never", asksRemote { throw refuse("mode", remoteKey, "\"never\" asks no remote model") }
  }
}

extension Configuration {
  /// Two different tiers that may be asked together; none where the list is empty.
  static func ensemble(
    _ settings: TypedSettings, _ path: String, key: String
  ) throws(ConfigurationFailure) -> [Tier] {
    let names = settings.texts(path)
    let allowed: [Tier] = [.generator, .economy, .standard]
    let tiers = names.compactMap { name in allowed.first { $0.rawValue == name } }
    guard names.isEmpty || (tiers.count == 2 && names.count == 2 && tiers[0] != tiers[1]) else {
      throw .outOfRange(
        key: key, origin: settings.origin(path), found: TypedValue.texts(names).literal,
        allowed: "two different ones of \"generator\", \"economy\", \"standard\"")
    }
    return tiers
  }
}
