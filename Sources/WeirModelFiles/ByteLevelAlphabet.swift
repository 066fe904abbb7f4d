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

  private static let bytes: [Unicode.Scalar: UInt8] = {
    var map: [Unicode.Scalar: UInt8] = [:]
    for (byte, scalar) in scalars.enumerated() { map[scalar] = UInt8(byte) }
    return map
  }()

  /// The bytes that a token's text stands for; a character outside the alphabet stands for its own UTF-8.
  static func decode(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if let byte = bytes[scalar] {
        result.append(byte)
      } else {
        result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
    return result
  }

  static func encode(_ bytes: ArraySlice<UInt8>) -> [UInt8] { bytes.flatMap { encoded[Int($0)] } }
}
