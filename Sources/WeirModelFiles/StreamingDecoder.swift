/// Turns pieces of UTF-8 into text as they come, holding back a character until its last byte is there.
///
/// Bytes that can never become a character give U+FFFD as soon as that is known, one for each maximal part, as
/// `String(decoding:as:)` does for the whole.
package struct StreamingDecoder: Sendable {
  /// At most three bytes: the beginning of a character.
  private var pending: [UInt8] = []

  package init() {}

  /// The text that is complete now; may be empty.
  package mutating func append(_ bytes: [UInt8]) -> String {
    pending += bytes
    let held = Self.incompleteSuffix(pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending = Array(pending.suffix(held))
    return text
  }

  /// What remains at the end: U+FFFD for a character that was never completed.
  package mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many of the last bytes are the beginning of a character that further bytes could complete.
  private static func incompleteSuffix(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let lead = bytes[bytes.count - length]
      if lead & 0xC0 == 0x80 { continue }  // a continuation byte: look further back
      let needed = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1
      guard lead <= 0xF4, needed > length else { return 0 }
      guard length > 1 else { return 1 }
      return secondByte(bytes[bytes.count - length + 1], mayFollow: lead) ? length : 0
    }
    return 0
  }

  /// The Unicode standard's table 3-7: overlong forms, surrogates and numbers above U+10FFFF end at the second byte.
  private static func secondByte(_ byte: UInt8, mayFollow lead: UInt8) -> Bool {
    switch lead {
    case 0xE0: (0xA0...0xBF).contains(byte)
    case 0xED: (0x80...0x9F).contains(byte)
    case 0xF0: (0x90...0xBF).contains(byte)
    case 0xF4: (0x80...0x8F).contains(byte)
    default: (0x80...0xBF).contains(byte)
    }
  }
}
