internal import WeirDomain

extension ConfigurationKey.Kind {
  /// What a text from the environment or a flag stands for; a text that is no value of this kind stays a text.
  func value(ofText text: String) -> TypedValue {
    switch self {
    case .text, .path, .choice: return .text(text)
    case .paths: return .texts(text.split(separator: ":").map(String.init))
    case .texts:
      let parts = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
      return .texts(parts.map { part in String(part.prefix(part.count - part.reversed().prefix { $0 == " " }.count)) })
    case .boolean: return text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : .text(text)
    case .integer: return Int(text).map { .integer($0) } ?? .text(text)
    case .bytes, .duration: return .text(text)
    case .decimal: return Double(text).map { .decimal($0) } ?? .text(text)
    }
  }

  /// The value in its one form, or the failure that names key, found and allowed.
  func checked(_ setting: TypedSetting, key: String) throws(ConfigurationFailure) -> TypedValue {
    switch (self, setting.value) {
    case (.text, .text), (.path, .text), (.boolean, .boolean), (.paths, .texts), (.texts, .texts):
      return setting.value
    case (.integer(let range), .integer(let number)):
      guard range.contains(number) else { throw outOfRange(setting, key: key) }
      return setting.value
    case (.bytes(let range), .integer(let number)):
      guard range.contains(number) else { throw outOfRange(setting, key: key) }
      return setting.value
    case (.bytes(let range), .text(let text)):
      guard let number = ByteCount.parse(text) else { throw wrongType(setting, key: key) }
      guard range.contains(number) else { throw outOfRange(setting, key: key) }
      return .integer(number)
    case (.duration(let range), .integer(let number)):
      guard range.contains(number) else { throw outOfRange(setting, key: key) }
      return setting.value
    case (.duration(let range), .text(let text)):
      guard let number = TimeSpan.seconds(text) else { throw wrongType(setting, key: key) }
      guard range.contains(number) else { throw outOfRange(setting, key: key) }
      return .integer(number)
    case (.decimal(let range, let open), .decimal(let number)):
      return .decimal(try inRange(number, range, open: open, setting, key: key))
    case (.decimal(let range, let open), .integer(let number)):
      return .decimal(try inRange(Double(number), range, open: open, setting, key: key))
    case (.choice(let names), .text(let text)):
      guard names.contains(text) else { throw outOfRange(setting, key: key) }
      return setting.value
    default:
      throw wrongType(setting, key: key)
    }
  }

  private func inRange(
    _ number: Double, _ range: ClosedRange<Double>, open: Bool, _ setting: TypedSetting, key: String
  ) throws(ConfigurationFailure) -> Double {
    let isEnd = number == range.lowerBound || number == range.upperBound
    guard range.contains(number), !(open && isEnd) else { throw outOfRange(setting, key: key) }
    return number
  }

  private func outOfRange(_ setting: TypedSetting, key: String) -> ConfigurationFailure {
    .outOfRange(key: key, origin: setting.origin, found: setting.value.literal, allowed: allowed)
  }

  private func wrongType(_ setting: TypedSetting, key: String) -> ConfigurationFailure {
    let found: String
    if case .other(let name) = setting.value {
      found = name
    } else {
      found = "\(setting.value.literal) (\(setting.value.typeName))"
    }
    return .wrongType(key: key, origin: setting.origin, found: found, allowed: allowed)
  }
}
