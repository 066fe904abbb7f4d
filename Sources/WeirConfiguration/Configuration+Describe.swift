extension Configuration {
  /// Every setting, its value and where it came from, a line each; secrets are never among the values.
  package func describe() -> String {
    let width = settings.map(\.key.count).max() ?? 0
    return settings.map { setting in
      let padding = String(repeating: " ", count: width - setting.key.count)
      return "\(setting.key)\(padding) = \(setting.value)  (\(setting.origin.place))\n"
    }.joined()
  }
}
