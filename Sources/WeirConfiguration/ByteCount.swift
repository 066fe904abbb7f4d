/// Reads `"256MiB"`, `"1 GB"`, `"4096"`.
enum ByteCount {
  private static let units: [(suffix: String, bytes: Int)] = [
    ("", 1), ("b", 1), ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("tib", 1 << 40),
    ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000), ("tb", 1_000_000_000_000),
  ]

  /// Nil when the text is no whole number with a known unit, or does not fit.
  static func parse(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(digits.count)
    let suffix = rest.first == " " ? rest.dropFirst() : rest
    guard let number = Int(digits), let unit = units.first(where: { $0.suffix == suffix.lowercased() }) else {
      return nil
    }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
    return overflow ? nil : bytes
  }
}
