import WeirDomain

/// Dates as RFC 3339 writes them: `2026-01-31T09:30:00Z`, with a fraction or an offset where one is given.
enum RFC3339 {
  /// Nil for anything else, and for days that no calendar has.
  static func parse(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] | 0x20 == 0x74,
      bytes[13] == 0x3A, bytes[16] == 0x3A
    else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19), (1970...9999).contains(year),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var position = 19
    var milliseconds = 0
    if bytes[position] == 0x2E {
      position += 1
      let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
      guard !digits.isEmpty else { return nil }
      for (place, digit) in zip([100, 10, 1], digits) { milliseconds += place * Int(digit - 0x30) }
      position += digits.count
    }
    guard position < bytes.count else { return nil }
    var offset = 0
    switch bytes[position] {
    case UInt8(ascii: "Z"), UInt8(ascii: "z"):
      guard position + 1 == bytes.count else { return nil }
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard position + 6 == bytes.count, bytes[position + 3] == 0x3A,
        let hours = number(position + 1..<position + 3), let minutes = number(position + 4..<position + 6),
        hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (bytes[position] == UInt8(ascii: "-") ? -60 : 60)
    default: return nil
    }
    let days = HTTPDate.days(year, month, day)
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
    return Timestamp(milliseconds: Int64(seconds) * 1000 + Int64(milliseconds))
  }
}
