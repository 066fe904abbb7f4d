/// Lengths of time as people write them: `90s`, `15m`, `12h`, `7d`, `2w`.
package enum TimeSpan {
  private static let units: [(suffix: Character, seconds: Int)] = [
    ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
  ]

  /// Whole seconds; nil unless the text is digits and a unit, or digits alone, which are seconds.
  package static func seconds(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    guard let number = Int(digits), rest.count <= 1 else { return nil }
    guard let suffix = rest.first else { return number }
    guard let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
    let (seconds, overflow) = number.multipliedReportingOverflow(by: unit.seconds)
    return overflow ? nil : seconds
  }

  /// Ten years in seconds, the longest that a stored answer may be told to live.
  package static let longestLife = 315_360_000

  /// As `seconds`, and nil for more than `longestLife`.
  package static func lifetime(_ text: String) -> Int? {
    seconds(text).flatMap { $0 <= longestLife ? $0 : nil }
  }

  /// The shortest form that `seconds` reads back: `90s`, `2m`, `1w`.
  package static func text(seconds: Int) -> String {
    guard seconds != 0, let unit = units.first(where: { seconds.isMultiple(of: $0.seconds) }) else {
      return "\(seconds)s"
    }
    return "\(seconds / unit.seconds)\(unit.suffix)"
  }

  /// For people: the two largest units, `3d 4h`; a moment is `0s`.
  package static func rough(milliseconds: Int64) -> String {
    var rest = Int(clamping: milliseconds.magnitude / 1000)
    var parts: [String] = []
    for unit in units where unit.suffix != "w" && parts.count < 2 {
      let number = rest / unit.seconds
      rest %= unit.seconds
      if number > 0 { parts.append("\(number)\(unit.suffix)") } else if !parts.isEmpty { break }
    }
    return parts.isEmpty ? "0s" : parts.joined(separator: " ")
  }
}
