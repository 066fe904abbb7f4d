@_spi(_Unicode) internal import Swift

/// Unicode normalization form C (UAX #15) of the standard library's own tables.
///
/// The library compares strings with it, but offers it only to the packages of the Swift project; the alternatives
/// are Foundation, which brings 38 MB of ICU into the binary, or tables of our own.
enum NormalForm {
  static func composed(_ text: String) -> String {
    // ASCII is its own normal form.
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text._nfc { scalars.append(scalar) }
    return String(scalars)
  }
}
