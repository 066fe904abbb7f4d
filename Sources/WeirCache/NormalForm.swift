@_spi(_Unicode) internal import Swift

/// Unicode normalization form C (UAX #15) of the standard library's own tables.
///
/// The library compares strings with it, but offers it only to the packages of the Swift project; the alternatives
/// are Foundation, which brings 38 MB of ICU into the binary, or tables of our own.
enum NormalForm {
  /// Combining marks in a row that are put in order; no language writes more than a few, and UAX #15 (section 13)
  /// bounds its stream-safe texts at 30.
  ///
  /// The library sorts a run by insertion: 256 KB of marks would take 15 s.
  static let mostMarks = 64

  /// The text itself where a run of marks is longer: it is the same as no other text then.
  static func composed(_ text: String) -> String {
    // All that lies below the first combining mark, U+0300, is its own normal form.
    if text.utf8.allSatisfy({ $0 < 0xCC }) || hasLongRun(text) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text._nfc { scalars.append(scalar) }
    return String(scalars)
  }

  /// Whether more marks follow each other than are put in order.
  static func hasLongRun(_ text: String) -> Bool {
    if text.utf8.allSatisfy({ $0 < 0xCC }) { return false }
    var run = 0
    for scalar in text.unicodeScalars {
      run = scalar.value < 0x300 || scalar.properties.canonicalCombiningClass == .notReordered ? 0 : run + 1
      if run > mostMarks { return true }
    }
    return false
  }
}
