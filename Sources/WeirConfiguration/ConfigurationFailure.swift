/// Why a configuration was refused: facts only, `message` makes the sentence. Secrets are never among the facts.
package enum ConfigurationFailure: Error, Hashable, Sendable {
  /// `path` was asked for by `origin` and there is no file.
  case missingFile(path: String, origin: SettingOrigin)
  /// `path` exists and cannot be used; `found` says what it is or what the system answered.
  case unreadableFile(path: String, found: String)
  case fileTooLong(path: String, bytes: Int, allowed: Int)
  /// Not UTF-8; `line` counts from 1.
  case notText(path: String, line: Int, found: String)
  case syntax(path: String, line: Int, column: Int, problem: String)
  /// No key or section of this name exists; `nearest` is the likeliest one meant.
  case unknownKey(key: String, origin: SettingOrigin, nearest: String?)
  case unknownVariable(name: String, nearest: String?)
  case wrongType(key: String, origin: SettingOrigin, found: String, allowed: String)
  case outOfRange(key: String, origin: SettingOrigin, found: String, allowed: String)
  /// A key stands in the file, or in a place where a variable's name belongs.
  case inlineSecret(key: String, origin: SettingOrigin)
  case missingKey(key: String, origin: SettingOrigin, advice: String)
  /// Two keys that contradict each other.
  case conflict(key: String, other: String, origin: SettingOrigin, advice: String)
  /// Neither a state folder nor a home folder is known.
  case noStateFolder
  /// The secret is not where the configuration says; `place` names the variable or the file.
  case missingSecret(provider: String, place: String, reason: String)
}
