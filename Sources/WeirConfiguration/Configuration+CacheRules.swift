internal import WeirDomain

extension Configuration {
  /// What `[cache.intents]` and `[[cache.rules]]` say, in the order in which it counts: rules first.
  package struct CacheRule: Sendable, Hashable {
    /// `rules[1]`, `intents.refund`
    package var name: String
    /// `*` is any text, `?` one character.
    package var match: String?
    package var tenant: String?
    package var intent: String?
    package var model: String?
    package var tag: String?
    /// 0 keeps the answer out; nil where the rule only tags.
    package var timeToLiveSeconds: Int?
    package var tags: [String] = []

    static let most = 256
    static let longestMatch = 256
  }
}

extension [Configuration.CacheRule] {
  /// Reads what `[cache]` holds besides plain keys, and takes it out of `table`.
  static func take(
    from table: inout [String: TypedDocument.Node]
  ) throws(ConfigurationFailure) -> [Configuration.CacheRule] {
    let own = try rules(table.removeValue(forKey: "rules"))
    return own + (try intents(table.removeValue(forKey: "intents")))
  }

  private static func intents(_ node: TypedDocument.Node?) throws(ConfigurationFailure) -> Self {
    let key = "cache.intents"
    guard let node else { return [] }
    guard case .table(let table, _) = node else {
      throw .wrongType(key: key, origin: node.origin, found: "a value", allowed: "a section, [\(key)]")
    }
    var result: Self = []
    for (name, node) in table.sorted(by: { $0.key < $1.key }) {
      let full = "\(key).\"\(name.prefix(64))\""
      guard case .value(let setting) = node else {
        throw .wrongType(key: full, origin: node.origin, found: "a table or list", allowed: "a time such as \"1h\"")
      }
      let value = try ConfigurationKey.Kind.duration(0...ConfigurationKey.longestLife).checked(setting, key: full)
      guard case .integer(let seconds) = value else { preconditionFailure("a checked time is whole seconds") }
      result.append(.init(name: "intents.\(name)", intent: name, timeToLiveSeconds: seconds))
    }
    return result
  }

  private static func rules(_ node: TypedDocument.Node?) throws(ConfigurationFailure) -> Self {
    let key = "cache.rules"
    guard let node else { return [] }
    guard case .list(let elements, let origin) = node else {
      throw .wrongType(
        key: key, origin: node.origin, found: "a single table or value", allowed: "written as [[\(key)]]")
    }
    guard elements.count <= Configuration.CacheRule.most else {
      throw .outOfRange(
        key: key, origin: origin, found: "\(elements.count) rules", allowed: "at most \(Configuration.CacheRule.most)")
    }
    var result: Self = []
    for (index, element) in elements.enumerated() {
      guard case .table(let table, let origin) = element else {
        throw .wrongType(key: key, origin: element.origin, found: "a value", allowed: "a table, [[\(key)]]")
      }
      result.append(try rule(table, key: "\(key)[\(index + 1)]", name: "rules[\(index + 1)]", origin: origin))
    }
    return result
  }

  private static func rule(
    _ table: [String: TypedDocument.Node], key: String, name: String, origin: SettingOrigin
  ) throws(ConfigurationFailure) -> Configuration.CacheRule {
    var table = table
    let tags = try tags(table.removeValue(forKey: "tags"), key: "\(key).tags")
    let hasTime = table["ttl"] != nil
    let typed = try TypedSettings(ConfigurationKey.cacheRule, table: table, name: key, owns: ["tags"])
    let rule = Configuration.CacheRule(
      name: name, match: typed.optionalText("cache.rules.match"), tenant: typed.optionalText("cache.rules.tenant"),
      intent: typed.optionalText("cache.rules.intent"), model: typed.optionalText("cache.rules.model"),
      tag: typed.optionalText("cache.rules.tag"),
      timeToLiveSeconds: hasTime ? typed.integer("cache.rules.ttl") : nil, tags: tags)
    if let match = rule.match, match.utf8.count > Configuration.CacheRule.longestMatch {
      throw .outOfRange(
        key: "\(key).match", origin: typed.origin("cache.rules.match"), found: "\(match.utf8.count) bytes",
        allowed: "at most \(Configuration.CacheRule.longestMatch) bytes")
    }
    guard rule.timeToLiveSeconds != nil || !tags.isEmpty else {
      throw .missingKey(key: "\(key).ttl", origin: origin, advice: "a rule says a ttl, tags, or both")
    }
    return rule
  }

  private static func tags(_ node: TypedDocument.Node?, key: String) throws(ConfigurationFailure) -> [String] {
    guard let node else { return [] }
    let allowed = "a list of at most \(CacheTerms.mostTags) texts, each of \(CacheTerms.tagRule)"
    guard case .list(let elements, let origin) = node, elements.count <= CacheTerms.mostTags else {
      throw .wrongType(key: key, origin: node.origin, found: "something else", allowed: allowed)
    }
    var result: [String] = []
    for element in elements {
      guard case .value(let setting) = element, case .text(let text) = setting.value, CacheTerms.isTag(text) else {
        throw .wrongType(key: key, origin: origin, found: "a list with something else", allowed: allowed)
      }
      result.append(text)
    }
    return result
  }
}
