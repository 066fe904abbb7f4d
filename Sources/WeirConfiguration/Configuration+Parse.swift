internal import WeirDomain

extension Configuration {
  /// Variables that begin with `WEIR_` and are no setting.
  package static let otherVariables: Set<String> = [
    "WEIR_BINARY", "WEIR_CONFIG", "WEIR_DATA", "WEIR_KERNELS", "WEIR_LITELLM", "WEIR_PACKAGE_PATH", "WEIR_PYTHON",
    "WEIR_REFERENCES", "WEIR_REMOTE_KEY", "WEIR_REMOTE_MODEL", "WEIR_REMOTE_STATE", "WEIR_REMOTE_UNKNOWN_MODEL",
    "WEIR_REMOTE_URL",
  ]

  /// The meaning of a TOML text with environment and flags laid over it.
  ///
  /// - Parameters:
  ///   - file: named in messages, and the place that relative paths in `text` start from.
  ///   - environment: settings as `WEIR_<SECTION>_<KEY>`; `HOME` and the XDG variables are read too.
  package static func parse(
    text: String, file: String?, environment: [String: String], flags: [Flag] = []
  ) throws(ConfigurationFailure) -> Configuration {
    let document = try TypedDocument(text: text, path: file ?? "configuration")
    var settings = try TypedSettings([])
    var sections: [String: [String: TypedDocument.Node]] = [:]
    var providers: [TypedDocument.Node] = []
    var templates = Templates()
    var cacheRules: [CacheRule] = []
    var routeRules: [RouteRule] = []
    let names = ConfigurationKey.sections.map(\.name)
    for (name, node) in document.root.sorted(by: { $0.key < $1.key }) {
      switch (name, node) {
      case ("providers", .list(let elements, _)):
        providers = elements
      case ("providers", _):
        throw .wrongType(
          key: name, origin: node.origin, found: "a single table or value", allowed: "written as [[providers]]")
      case ("documents", .list(_, _)):
        // documents = ["folder"] is the short form of its section.
        sections[name] = ["folders": node]
      case (_, .table(var table, _)) where names.contains(name):
        if name == "templates" { try templates.take(from: &table) }
        if name == "routing" { routeRules = try .take(from: &table) }
        if name == "cache" { cacheRules = try .take(from: &table) }
        sections[name] = table
      case (_, _) where names.contains(name):
        throw .wrongType(key: name, origin: node.origin, found: "a value", allowed: "a section, [\(name)]")
      default:
        throw .unknownKey(
          key: name, origin: node.origin, nearest: nearestName(to: name, sections: names + ["providers"]))
      }
    }
    settings = try TypedSettings(ConfigurationKey.all, sections: sections)
    try settings.overlay(environment: environment)
    try settings.overlay(flags: flags)
    try settings.check(ConfigurationKey.all)
    var result = try Configuration(settings, file: file, environment: environment)
    try result.add(providers: providers, home: environment["HOME"])
    result.cache.rules = cacheRules
    result.routing.rules = routeRules
    (result.templates.values, result.templates.answers) = (templates.values, templates.answers)
    return result
  }

  /// A key written without its section is the usual slip, so full names are candidates too.
  private static func nearestName(to name: String, sections: [String]) -> String? {
    if let key = ConfigurationKey.all.first(where: { $0.name == name }) {
      return "\(key.name) in the section [\(key.section)]"
    }
    return Spelling.nearest(to: name, among: sections)
  }
}

extension TypedSettings {
  fileprivate init(
    _ keys: [ConfigurationKey], sections: [String: [String: TypedDocument.Node]]
  ) throws(ConfigurationFailure) {
    self = try TypedSettings(keys)
    for (name, _) in ConfigurationKey.sections {
      guard let table = sections[name] else { continue }
      try overlay(keys.filter { $0.section == name }, table: table, name: name)
    }
    try check(keys)
  }

  fileprivate mutating func overlay(environment: [String: String]) throws(ConfigurationFailure) {
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("WEIR_") {
      if Configuration.otherVariables.contains(name) { continue }
      guard let key = ConfigurationKey.all.first(where: { $0.variable == name }) else {
        let known = ConfigurationKey.all.map(\.variable) + Configuration.otherVariables.sorted()
        throw .unknownVariable(name: name, nearest: Spelling.nearest(to: name, among: known))
      }
      set(key, text: value, origin: .environment(name: name))
    }
  }

  fileprivate mutating func overlay(flags: [Configuration.Flag]) throws(ConfigurationFailure) {
    for flag in flags {
      guard let key = ConfigurationKey.all.first(where: { $0.path == flag.key }) else {
        let nearest = Spelling.nearest(to: flag.key, among: ConfigurationKey.all.map(\.path))
        throw .unknownKey(key: flag.key, origin: .flag(name: flag.name), nearest: nearest)
      }
      set(key, text: flag.value, origin: .flag(name: flag.name))
    }
  }
}
