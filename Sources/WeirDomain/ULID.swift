/// A 128-bit identifier that sorts by time: 48 bits of UTC milliseconds, then 80 random bits.
///
/// Written as 26 letters of Crockford's base 32 (https://github.com/ulid/spec).
package struct ULID: Sendable, Hashable, Comparable {
  private let high: UInt64
  private let low: UInt64

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  package init(at time: Timestamp, using random: inout some RandomNumberGenerator) {
    let milliseconds = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
    high = milliseconds << 16 | random.next() & 0xFFFF
    low = random.next()
  }

  /// Nil unless `text` is 26 letters of the alphabet (capitals) within 128 bits.
  package init?(_ text: String) {
    let letters = Array(text.utf8)
    guard letters.count == 26, letters[0] <= UInt8(ascii: "7") else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for letter in letters {
      guard let value = ULID.alphabet.firstIndex(of: letter) else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(value)
    }
    self.high = high
    self.low = low
  }

  package static func < (left: ULID, right: ULID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension ULID: CustomStringConvertible {
  package var description: String {
    var letters: [UInt8] = []
    letters.reserveCapacity(26)
    for position in (0..<26).reversed() {
      let shift = UInt64(position * 5)
      let bits = shift >= 64 ? high >> (shift - 64) : (low >> shift) | (shift == 0 ? 0 : high << (64 - shift))
      letters.append(ULID.alphabet[Int(bits & 31)])
    }
    return String(decoding: letters, as: UTF8.self)
  }
}
