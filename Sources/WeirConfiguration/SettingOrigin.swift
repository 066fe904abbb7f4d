/// Where a setting's value was typed.
package enum SettingOrigin: Sendable, Hashable {
  case builtIn
  /// `line` counts from 1; nil for the file as a whole.
  case file(path: String, line: Int?)
  case environment(name: String)
  case flag(name: String)

  /// The place for a person: `weir.toml:12`, `WEIR_ROUTING_ERROR_BUDGET`, `--state`.
  package var place: String {
    switch self {
    case .builtIn: "built-in default"
    case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
    case .environment(let name): "environment variable \(name)"
    case .flag(let name): name
    }
  }
}
