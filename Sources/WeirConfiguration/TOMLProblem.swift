/// Where and why a text is not TOML.
struct TOMLProblem: Error, Hashable {
  /// Both count from 1; `column` counts bytes.
  var line: Int
  var column: Int
  var reason: String
}
