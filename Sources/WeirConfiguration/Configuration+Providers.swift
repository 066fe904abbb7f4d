import WeirDomain

extension Configuration {
  /// Reads the `[[providers]]` of the file.
  mutating func add(providers nodes: [TypedDocument.Node], home: String?) throws(ConfigurationFailure) {
    for (index, node) in nodes.enumerated() {
      guard case .table(var table, let origin) = node else {
        throw .wrongType(key: "providers", origin: node.origin, found: "a value", allowed: "a table, [[providers]]")
      }
      let name = "providers[\(index + 1)]"
      let prices = table.removeValue(forKey: "prices")
      let keys = table.removeValue(forKey: "keys")
      let typed = try TypedSettings(ConfigurationKey.provider, table: table, name: name, owns: ["prices", "keys"])
      var provider = try Provider(typed, key: name, origin: origin, home: home)
      if providers.contains(where: { $0.name == provider.name }) {
        throw .conflict(
          key: "\(name).name", other: "an earlier provider of the same name", origin: typed.origin("providers.name"),
          advice: "give each provider a name of its own")
      }
      provider.keys = try Provider.keys(keys, key: name, home: home)
      provider.prices = try Provider.prices(prices, key: name)
      settings += Self.listing(typed, provider: provider)
      providers.append(provider)
    }
  }

  private static func listing(_ typed: TypedSettings, provider: Provider) -> [Setting] {
    let keys = ConfigurationKey.provider.compactMap { key -> Setting? in
      guard let setting = typed.values[key.path], ![.text(""), .texts([])].contains(setting.value) else { return nil }
      return Setting(
        key: "providers.\(provider.name).\(key.name)", value: setting.value.literal, origin: setting.origin)
    }
    let origin = typed.origin("providers.name")
    return keys
      + provider.prices.map { price in
        let key = "providers.\(provider.name).prices.\(price.model)"
        return Setting(
          key: key, value: "\(price.inputPerToken) in, \(price.outputPerToken) out a token", origin: origin)
      }
  }
}

extension Configuration.Provider {
  fileprivate init(
    _ typed: TypedSettings, key: String, origin: SettingOrigin, home: String?
  ) throws(ConfigurationFailure) {
    name = typed.text("providers.name")
    guard !name.isEmpty else {
      throw .missingKey(key: "\(key).name", origin: origin, advice: "give the provider a name, such as \"openai\"")
    }
    let wellFormed =
      name.utf8.count <= 64 && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    guard wellFormed else {
      throw .outOfRange(
        key: "\(key).name", origin: typed.origin("providers.name"), found: TypedValue.text(name).literal,
        allowed: "at most 64 letters, digits, and - _ .")
    }
    guard let kind = Kind(rawValue: typed.text("providers.kind")) else {
      preconditionFailure("the choices of the schema are the cases of their type")
    }
    self.kind = kind
    let typedURL = typed.text("providers.base_url")
    guard !typedURL.isEmpty else {
      throw .missingKey(key: "\(key).base_url", origin: origin, advice: "such as \"https://api.openai.com/v1\"")
    }
    baseURL = try Self.baseURL(typedURL, key: "\(key).base_url", origin: typed.origin("providers.base_url"))
    keySource = try Self.keySource(typed, section: "providers", key: key, home: home)
    regions = []
    for typedURL in typed.texts("providers.regions") {
      regions.append(try Self.baseURL(typedURL, key: "\(key).regions", origin: typed.origin("providers.regions")))
    }
    limits = Self.limits(typed, section: "providers")
    keys = []
    lacks = []
    for word in typed.texts("providers.lacks") {
      guard let need = RequestNeed.named.first(where: { $0.name == word }) else {
        throw .outOfRange(
          key: "\(key).lacks", origin: typed.origin("providers.lacks"), found: TypedValue.text(word).literal,
          allowed: "\(RequestNeed.named.map(\.name).joined(separator: ", "))")
      }
      lacks.insert(need)
    }
    usesPromptCache = typed.boolean("providers.prompt_cache")
    models = [:]
    for tier in [Tier.economy, .standard, .premium] {
      models[tier] = typed.optionalText("providers.\(tier.rawValue)")
    }
    guard !models.isEmpty else {
      throw .missingKey(
        key: "\(key).standard", origin: origin, advice: "name a model for one of economy, standard, premium")
    }
    connectTimeoutMilliseconds = typed.integer("providers.connect_timeout_ms")
    firstByteTimeoutMilliseconds = typed.integer("providers.first_byte_timeout_ms")
    idleTimeoutMilliseconds = typed.integer("providers.idle_timeout_ms")
    totalTimeoutMilliseconds = typed.integer("providers.total_timeout_ms")
    maxRetries = typed.integer("providers.max_retries")
    prices = []
  }

  /// The address is not echoed: people paste names and passwords into it.
  private static func baseURL(
    _ typed: String, key: String, origin: SettingOrigin
  ) throws(ConfigurationFailure) -> String {
    func refuse(_ found: String) -> ConfigurationFailure {
      .outOfRange(
        key: key, origin: origin, found: found, allowed: "http:// or https:// with a host and, if need be, a path")
    }
    let lowercased = typed.lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lowercased.hasPrefix($0) }) else {
      throw refuse("an address of another kind")
    }
    guard typed.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else {
      throw refuse("an address with spaces or other special characters")
    }
    let rest = typed.dropFirst(scheme.count)
    let host = rest.prefix { $0 != "/" }
    guard !host.isEmpty, !host.hasPrefix(":") else { throw refuse("an address without a host") }
    guard !host.contains("@") else { throw refuse("an address with a user name (use api_key_env or api_key_file)") }
    guard !rest.contains("?"), !rest.contains("#") else { throw refuse("an address with a query or fragment") }
    var result = scheme + rest
    while result.hasSuffix("/") { result.removeLast() }
    return result
  }

  private static func limits(_ typed: TypedSettings, section: String) -> Limits {
    func limit(_ name: String) -> Int? {
      let typed = typed.integer("\(section).\(name)")
      return typed == 0 ? nil : typed
    }
    return Limits(requestsPerMinute: limit("requests_per_minute"), tokensPerMinute: limit("tokens_per_minute"))
  }

  /// `[[providers.keys]]`.
  fileprivate static func keys(
    _ node: TypedDocument.Node?, key: String, home: String?
  ) throws(ConfigurationFailure) -> [Key] {
    guard let node else { return [] }
    guard case .list(let elements, _) = node else {
      throw .wrongType(
        key: "\(key).keys", origin: node.origin, found: "a single table or value",
        allowed: "written as [[providers.keys]]")
    }
    var result: [Key] = []
    for (index, element) in elements.enumerated() {
      let name = "\(key).keys[\(index + 1)]"
      guard case .table(let table, let origin) = element else {
        throw .wrongType(key: name, origin: element.origin, found: "a value", allowed: "a table")
      }
      let typed = try TypedSettings(ConfigurationKey.providerKey, table: table, name: name)
      let source = try keySource(typed, section: "keys", key: name, home: home)
      let url = try typed.optionalText("keys.base_url").map { text throws(ConfigurationFailure) in
        try baseURL(text, key: "\(name).base_url", origin: typed.origin("keys.base_url"))
      }
      guard source != nil || url != nil else {
        throw .missingKey(
          key: "\(name).api_key_env", origin: origin, advice: "name where the key is, or remove the table")
      }
      result.append(Key(source: source, baseURL: url, limits: limits(typed, section: "keys")))
    }
    return result
  }

  private static func keySource(
    _ typed: TypedSettings, section: String, key: String, home: String?
  ) throws(ConfigurationFailure) -> KeySource? {
    let variable = typed.text("\(section).api_key_env")
    let file = try PathResolver(settings: typed, home: home).path("\(section).api_key_file")
    if !variable.isEmpty {
      let origin = typed.origin("\(section).api_key_env")
      // A name is upper case by custom, a pasted key is not: what cannot be a name is not echoed.
      let isName =
        variable.first?.isNumber == false
        && variable.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      guard isName, variable.utf8.count <= 100 else { throw .inlineSecret(key: "\(key).api_key_env", origin: origin) }
      guard file == nil else {
        throw .conflict(
          key: "\(key).api_key_env", other: "\(key).api_key_file", origin: origin, advice: "keep one of them")
      }
      return .environment(name: variable)
    }
    return file.map { .file(path: $0) }
  }

  fileprivate static func prices(_ node: TypedDocument.Node?, key: String) throws(ConfigurationFailure) -> [Price] {
    guard let node else { return [] }
    guard case .list(let elements, _) = node else {
      throw .wrongType(
        key: "\(key).prices", origin: node.origin, found: "a single table or value",
        allowed: "written as [[providers.prices]]")
    }
    var result: [Price] = []
    for (index, element) in elements.enumerated() {
      let name = "\(key).prices[\(index + 1)]"
      guard case .table(let table, let origin) = element else {
        throw .wrongType(key: name, origin: element.origin, found: "a value", allowed: "a table")
      }
      let typed = try TypedSettings(ConfigurationKey.price, table: table.mapValues(\.numberAsText), name: name)
      guard let model = typed.optionalText("prices.model") else {
        throw .missingKey(key: "\(name).model", origin: origin, advice: "name the model that the price is for")
      }
      func optional(_ field: String) throws(ConfigurationFailure) -> Money? {
        guard typed.optionalText("prices.\(field)") != nil else { return nil }
        return try perToken(typed, field, key: name, origin: origin)
      }
      result.append(
        Price(
          model: model, inputPerToken: try perToken(typed, "input_per_million", key: name, origin: origin),
          outputPerToken: try perToken(typed, "output_per_million", key: name, origin: origin),
          cachedPerToken: try optional("cached_input_per_million"),
          cacheWritePerToken: try optional("cache_write_per_million"),
          longCacheWritePerToken: try optional("cache_write_1h_per_million")))
    }
    return result
  }

  private static func perToken(
    _ typed: TypedSettings, _ name: String, key: String, origin: SettingOrigin
  ) throws(ConfigurationFailure) -> Money {
    guard let text = typed.optionalText("prices.\(name)") else {
      throw .missingKey(
        key: "\(key).\(name)", origin: origin, advice: "an unknown price is not zero; write \"0\" if it is")
    }
    guard let money = Money.perToken(dollarsPerMillion: text) else {
      throw .outOfRange(
        key: "\(key).\(name)", origin: typed.origin("prices.\(name)"), found: TypedValue.text(text).literal,
        allowed: "dollars from 0 to 999999 with at most six decimals, such as \"0.15\"")
    }
    return money
  }
}

extension TypedDocument.Node {
  /// A price typed as a number, as the shortest decimal text that gives the same number: what was typed.
  fileprivate var numberAsText: TypedDocument.Node {
    guard case .value(var setting) = self else { return self }
    switch setting.value {
    case .integer(let number): setting.value = .text(String(number))
    case .decimal(let number): setting.value = .text(String(number))
    default: break
    }
    return .value(setting)
  }
}
