internal import WeirDomain

/// What was typed for every key, after file, environment and flags were laid over each other.
///
/// Every key of the schema is present, each value is of its kind and in its range; `bytes` are integers and `decimal`
/// are decimals whatever was typed.
struct TypedSettings {
  private(set) var values: [String: TypedSetting] = [:]

  /// The settings of `keys`, from `table`; keys that the table has and the schema has not are refused.
  ///
  /// - Parameter name: what the table is called in messages, `routing` or `providers.openai`.
  init(
    _ keys: [ConfigurationKey], table: [String: TypedDocument.Node] = [:], name: String = "", owns: Set<String> = []
  ) throws(ConfigurationFailure) {
    for key in keys { values[key.path] = TypedSetting(value: key.standard, origin: .builtIn) }
    try overlay(keys, table: table, name: name, owns: owns)
    try check(keys)
  }

  /// Lays `table` over what is there; `owns` names keys that the caller reads itself.
  mutating func overlay(
    _ keys: [ConfigurationKey], table: [String: TypedDocument.Node], name: String, owns: Set<String> = []
  ) throws(ConfigurationFailure) {
    for (typed, node) in table.sorted(by: { Self.precedes($0.value, $1.value, $0.key, $1.key) }) {
      if owns.contains(typed) { continue }
      let full = name.isEmpty ? typed : "\(name).\(typed)"
      if Self.holdsSecrets(typed) { throw .inlineSecret(key: full, origin: node.origin) }
      guard let key = keys.first(where: { $0.name == typed }) else {
        let nearest = Spelling.nearest(to: typed, among: keys.map(\.name) + owns)
        throw .unknownKey(key: full, origin: node.origin, nearest: nearest)
      }
      switch node {
      case .value(let setting): values[key.path] = setting
      case .table(_, let origin): values[key.path] = TypedSetting(value: .other("a table"), origin: origin)
      case .list(let nodes, let origin):
        let value = Self.texts(nodes).map { TypedValue.texts($0) } ?? .other("a list")
        values[key.path] = TypedSetting(value: value, origin: origin)
      }
    }
  }

  /// Lays one text from outside the file over what is there.
  mutating func set(_ key: ConfigurationKey, text: String, origin: SettingOrigin) {
    values[key.path] = TypedSetting(value: key.kind.value(ofText: text), origin: origin)
  }

  /// Holds every value against its kind; what is wrong first in the file is reported first.
  mutating func check(_ keys: [ConfigurationKey]) throws(ConfigurationFailure) {
    for key in keys {
      guard let setting = values[key.path] else { continue }
      values[key.path]?.value = try key.kind.checked(setting, key: key.path)
    }
  }

  func origin(_ path: String) -> SettingOrigin { setting(path).origin }

  func text(_ path: String) -> String {
    guard case .text(let text) = setting(path).value else { preconditionFailure("\(path) is a checked text") }
    return text
  }

  /// Nil for the empty text, which means "not set".
  func optionalText(_ path: String) -> String? {
    let text = text(path)
    return text.isEmpty ? nil : text
  }

  func integer(_ path: String) -> Int {
    guard case .integer(let number) = setting(path).value else { preconditionFailure("\(path) is a checked integer") }
    return number
  }

  func decimal(_ path: String) -> Double {
    guard case .decimal(let number) = setting(path).value else { preconditionFailure("\(path) is a checked number") }
    return number
  }

  func boolean(_ path: String) -> Bool {
    guard case .boolean(let flag) = setting(path).value else { preconditionFailure("\(path) is a checked boolean") }
    return flag
  }

  func texts(_ path: String) -> [String] {
    guard case .texts(let texts) = setting(path).value else { preconditionFailure("\(path) is a checked list") }
    return texts
  }

  /// Nil where the list holds anything but texts.
  private static func texts(_ nodes: [TypedDocument.Node]) -> [String]? {
    var texts: [String] = []
    for node in nodes {
      guard case .value(let setting) = node, case .text(let text) = setting.value else { return nil }
      texts.append(text)
    }
    return texts
  }

  private func setting(_ path: String) -> TypedSetting {
    guard let setting = values[path] else { preconditionFailure("\(path) is a key of the schema") }
    return setting
  }

  /// Names under which people paste a key itself.
  private static func holdsSecrets(_ name: String) -> Bool {
    ["api_key", "apikey", "key", "token", "api_token", "secret", "password"].contains(name.lowercased())
  }

  private static func precedes(
    _ left: TypedDocument.Node, _ right: TypedDocument.Node, _ leftKey: String, _ rightKey: String
  ) -> Bool {
    guard case .file(_, let leftLine?) = left.origin, case .file(_, let rightLine?) = right.origin,
      leftLine != rightLine
    else { return leftKey < rightKey }
    return leftLine < rightLine
  }
}
