/// What BERT's normalizer makes of single characters: dropped, white space, or the characters that they become.
///
/// Answers for characters outside ASCII are remembered in a direct-mapped table of 8 KB, made when the first is asked.
struct BertCharacters {
  enum Effect: Equatable {
    /// Dropped: control characters, and accents where they are stripped.
    case none
    case space
    /// One character of a word.
    case letter(Unicode.Scalar)
    /// One character that is a word by itself.
    case punctuation(Unicode.Scalar)
    /// Chinese, marks that stay, or several characters: to be taken apart.
    case several
  }

  let lowersCase: Bool
  /// For each byte of ASCII what it becomes, or one of the codes below; `other` for the rest.
  let ascii: [UInt8]
  private var known: [UInt64] = []

  static let dropped: UInt8 = 0
  static let space: UInt8 = 1
  static let punctuation: UInt8 = 2
  static let other: UInt8 = 3
  private static let places = 1024

  init(lowersCase: Bool) {
    self.lowersCase = lowersCase
    ascii = lowersCase ? Self.lowered : Self.unchanged
  }

  private static let lowered = table(lowersCase: true)
  private static let unchanged = table(lowersCase: false)

  private static func table(lowersCase: Bool) -> [UInt8] {
    (0...255).map { (byte: UInt8) in
      switch byte {
      case 9, 10, 13, 32: space
      case 0..<32, 127: dropped
      case 0x41...0x5A: lowersCase ? byte | 0x20 : byte
      case 0x80...: other
      default: UnicodeClasses.isPunctuationForBert(Unicode.Scalar(byte)) ? punctuation : byte
      }
    }
  }

  /// The effect of a character outside ASCII.
  mutating func effect(of scalar: Unicode.Scalar) -> Effect {
    if known.isEmpty { known = [UInt64](repeating: 0, count: Self.places) }
    let place = Int(scalar.value ^ scalar.value >> 10) & (Self.places - 1)
    let entry = known[place]
    if entry >> 32 == UInt64(scalar.value) { return Self.unpacked(entry) }
    let effect = Self.effect(of: scalar, lowersCase: lowersCase)
    known[place] = UInt64(scalar.value) << 32 | Self.packed(effect)
    return effect
  }

  private static func packed(_ effect: Effect) -> UInt64 {
    switch effect {
    case .none: 0
    case .space: 1 << 24
    case .letter(let scalar): 2 << 24 | UInt64(scalar.value)
    case .punctuation(let scalar): 3 << 24 | UInt64(scalar.value)
    case .several: 4 << 24
    }
  }

  private static func unpacked(_ entry: UInt64) -> Effect {
    let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: entry & 0xFF_FFFF)) ?? "\u{FFFD}"
    switch UInt8(truncatingIfNeeded: entry >> 24) {
    case 0: return .none
    case 1: return .space
    case 2: return .letter(scalar)
    case 3: return .punctuation(scalar)
    default: return .several
    }
  }

  private static func effect(of scalar: Unicode.Scalar, lowersCase: Bool) -> Effect {
    if UnicodeClasses.isDroppedByBert(scalar) { return .none }
    if scalar.properties.isWhitespace { return .space }
    if UnicodeClasses.isChineseForBert(scalar.value) { return .several }
    var result = scalar
    if lowersCase {
      let parts = parts(of: scalar).filter { !UnicodeClasses.isAccentForBert($0) }
      if parts.isEmpty { return .none }
      guard parts.count == 1, UnicodeClasses.combiningClass(parts[0]) == 0 else { return .several }
      let lowered = lowered(parts[0])
      guard lowered.count == 1, let only = lowered.first else { return .several }
      result = only
    }
    return UnicodeClasses.isPunctuationForBert(result) ? .punctuation(result) : .letter(result)
  }

  /// The canonical decomposition, accents included.
  static func parts(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    UnicodeClasses.mayDecompose(scalar) ? UnicodeClasses.decomposed(scalar) : [scalar]
  }

  static func lowered(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    scalar.properties.changesWhenLowercased ? Array(scalar.properties.lowercaseMapping.unicodeScalars) : [scalar]
  }
}
