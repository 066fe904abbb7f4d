import FoundationEssentials

extension Configuration {
  /// One setting from the command line; it goes before file and environment.
  package struct Flag: Sendable, Hashable {
    /// The setting it stands for: `node.state`.
    package var key: String
    package var value: String
    /// The flag as typed: `--state`.
    package var name: String

    package init(key: String, value: String, name: String) {
      self.key = key
      self.value = value
      self.name = name
    }
  }

  /// Reads the first file there is and lays environment and flags over it.
  ///
  /// Order: `path`, `WEIR_CONFIG`, `$XDG_CONFIG_HOME/weir/weir.toml` (`~/.config/weir/weir.toml`),
  /// `/etc/weir/weir.toml`. A file that was asked for must exist; without any file the defaults hold.
  package static func load(
    path: String? = nil, environment: [String: String], flags: [Flag] = [], systemFile: String = "/etc/weir/weir.toml"
  ) throws(ConfigurationFailure) -> Configuration {
    if let path {
      let origin = SettingOrigin.flag(name: "--config")
      return try parse(text: read(path, origin: origin), file: path, environment: environment, flags: flags)
    }
    if let path = environment["WEIR_CONFIG"], !path.isEmpty {
      let origin = SettingOrigin.environment(name: "WEIR_CONFIG")
      return try parse(text: read(path, origin: origin), file: path, environment: environment, flags: flags)
    }
    for path in [userFile(environment: environment), systemFile].compactMap({ $0 })
    where FileManager.default.fileExists(atPath: path) {
      return try parse(text: read(path, origin: .builtIn), file: path, environment: environment, flags: flags)
    }
    return try parse(text: "", file: nil, environment: environment, flags: flags)
  }

  /// Where `weir init` writes the file of a user; nil when no home folder is known.
  package static func userFile(environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], !folder.isEmpty { return "\(folder)/weir/weir.toml" }
    if let home = environment["HOME"], !home.isEmpty { return "\(home)/.config/weir/weir.toml" }
    return nil
  }

  static func read(_ path: String, origin: SettingOrigin) throws(ConfigurationFailure) -> String {
    let files = FileManager.default
    guard files.fileExists(atPath: path) else { throw .missingFile(path: path, origin: origin) }
    // Symbolic links lead to other folders on purpose (dotfiles, mounted secrets): follow them before looking.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let facts = try? files.attributesOfItem(atPath: target) else {
      throw .unreadableFile(path: path, found: "its folder cannot be searched, check the permissions")
    }
    guard let kind = facts[.type] as? FileAttributeType, kind == .typeRegular else {
      throw .unreadableFile(path: path, found: "it is not a regular file, name a file")
    }
    if let bytes = facts[.size] as? Int, bytes > TypedDocument.maxBytes {
      throw .fileTooLong(path: path, bytes: bytes, allowed: TypedDocument.maxBytes)
    }
    guard let data = files.contents(atPath: path) else {
      throw .unreadableFile(path: path, found: "no permission, check its owner and mode")
    }
    if let text = String(validating: data, as: UTF8.self) { return text }
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw .notText(path: path, line: bad + 1, found: "a byte that is not UTF-8")
  }

  static var hostName: String {
    ProcessInfo.processInfo.hostName
  }

  static var coreCount: Int {
    ProcessInfo.processInfo.activeProcessorCount
  }
}
