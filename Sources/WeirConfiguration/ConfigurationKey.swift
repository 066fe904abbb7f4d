internal import WeirDomain

/// One key of the file: its name, what may stand there, its default, and what it means.
struct ConfigurationKey: Sendable {
  /// What may be typed for a key.
  enum Kind: Sendable, Hashable {
    case text
    /// A path: `~/` is the home folder, and what is relative in the file is relative to the file's folder.
    case path
    case boolean
    /// A list of paths, each as `path`; in a variable with colons between them.
    case paths
    /// A list of texts; in a variable with commas between them.
    case texts
    case integer(ClosedRange<Int>)
    /// Bytes: an integer, or a text such as `"256MiB"`.
    case bytes(ClosedRange<Int>)
    /// Seconds: an integer, or a text such as `"7d"`.
    case duration(ClosedRange<Int>)
    /// A number in `range`; with `open`, neither end is allowed.
    case decimal(ClosedRange<Double>, open: Bool = false)
    case choice([String])
  }

  var section: String
  var name: String
  var kind: Kind
  /// What holds when nothing is typed.
  var standard: TypedValue
  /// Lines of the template.
  var meaning: [String]

  init(_ section: String, _ name: String, _ kind: Kind, _ standard: TypedValue, _ meaning: String...) {
    self.section = section
    self.name = name
    self.kind = kind
    self.standard = standard
    self.meaning = meaning
  }

  /// `routing.error_budget`
  var path: String { "\(section).\(name)" }

  /// `WEIR_ROUTING_ERROR_BUDGET`
  var variable: String { "WEIR_\(section)_\(name)".uppercased() }
}

extension ConfigurationKey.Kind {
  /// What is allowed, for a sentence.
  var allowed: String {
    switch self {
    case .text, .path: "a text"
    case .boolean: "true or false"
    case .paths, .texts: "a list of texts"
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .bytes(let range):
      "bytes from \(range.lowerBound) to \(range.upperBound), as an integer or a text such as \"256MiB\""
    case .duration(let range):
      "a time from \(TimeSpan.text(seconds: range.lowerBound)) to \(TimeSpan.text(seconds: range.upperBound)), "
        + "in seconds or as a text such as \"90s\", \"15m\", \"12h\", \"7d\""
    case .decimal(let range, let open):
      open
        ? "a number above \(range.lowerBound) and below \(range.upperBound)"
        : "a number from \(range.lowerBound) to \(range.upperBound)"
    case .choice(let names): names.map { "\"\($0)\"" }.joined(separator: " or ")
    }
  }
}
