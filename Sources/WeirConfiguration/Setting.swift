/// One line of `Configuration.describe()`: a key, its value as text, and where that value came from.
package struct Setting: Sendable, Hashable {
  /// `routing.error_budget`, `providers.openai.base_url`.
  package var key: String
  /// As it would stand in the file.
  package var value: String
  package var origin: SettingOrigin
}
