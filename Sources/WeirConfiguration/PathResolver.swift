/// Turns a typed path into one that can be opened.
struct PathResolver {
  var settings: TypedSettings
  var home: String?

  /// Nil when the key is empty. `~/` is the home folder; relative in a file means relative to the file's folder.
  func path(_ key: String) throws(ConfigurationFailure) -> String? {
    guard let typed = settings.optionalText(key) else { return nil }
    return try resolved(typed, key: key)
  }

  /// Each of a list, in the same way; empty ones name nothing and are refused.
  func paths(_ key: String) throws(ConfigurationFailure) -> [String] {
    var paths: [String] = []
    for typed in settings.texts(key) {
      guard !typed.isEmpty else {
        throw .outOfRange(key: key, origin: settings.origin(key), found: "an empty text", allowed: "paths of folders")
      }
      paths.append(try resolved(typed, key: key))
    }
    return paths
  }

  func resolved(_ typed: String, key: String) throws(ConfigurationFailure) -> String {
    let origin = settings.origin(key)
    if typed == "~" || typed.hasPrefix("~/") {
      guard let home, !home.isEmpty else {
        throw .outOfRange(
          key: key, origin: origin, found: TypedValue.text(typed).literal,
          allowed: "a path without ~ as HOME is not set"
        )
      }
      return home + typed.dropFirst()
    }
    if typed.hasPrefix("/") { return typed }
    guard case .file(let file, _) = origin, let slash = file.lastIndex(of: "/") else { return typed }
    return String(file[...slash]) + typed
  }
}
