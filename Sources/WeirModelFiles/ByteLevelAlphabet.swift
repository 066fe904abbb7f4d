/// GPT-2's way to write bytes as printable characters, in which byte-level vocabularies are stored.
///
/// Printable Latin-1 bytes stand for themselves; the other 68 become U+0100 and up, in order ("Ġ" is a space).
enum ByteLevelAlphabet {
  /// The character for each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0...255).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte) ?? "?"
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "?"
      }
    }
  }()

  /// The UTF-8 of each byte's character.
  static let encoded: [[UInt8]] = scalars.map { Array(String($0).utf8) }

  /// For each character below U+0144 its byte, or -1.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  /// The bytes that a token's text stands for; a character outside the alphabet stands for its own UTF-8.
  static func decode(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    let bytes = bytes
    var place = 0
    while place < text.count {
      let lead = text[place]
      // The alphabet's characters take one byte or two, from U+0021 to U+0143.
      if lead < 0x80, bytes[Int(lead)] >= 0 {
        result.append(UInt8(truncatingIfNeeded: bytes[Int(lead)]))
        place += 1
      } else if (0xC2...0xC5).contains(lead), place + 1 < text.count, text[place + 1] & 0xC0 == 0x80,
        let byte = byte(Int(lead & 0x1F) << 6 | Int(text[place + 1] & 0x3F))
      {
        result.append(byte)
        place += 2
      } else {
        return decodeAny(text)
      }
    }
    return result
  }

  private static func byte(_ value: Int) -> UInt8? {
    value < bytes.count && bytes[value] >= 0 ? UInt8(truncatingIfNeeded: bytes[value]) : nil
  }

  /// The same for texts with other characters, or that are no UTF-8.
  private static func decodeAny(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if let byte = byte(Int(scalar.value)) {
        result.append(byte)
      } else {
        result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    return result
  }
}
