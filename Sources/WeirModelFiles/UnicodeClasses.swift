@_spi(_Unicode) import Swift

/// The character classes that the reference tokenizers use, in the Unicode versions that they use.
///
/// Models were trained with ids of those versions, so a character that is newer counts as unassigned here although the
/// standard library knows it. Measured over all 1 112 064 scalars against the `tokenizers` package 0.23.3: BERT's
/// classes are those of Unicode 8 with six exceptions; decompositions and combining classes are those of Unicode 9; letters and
/// numbers of the byte-level patterns are those of Unicode 16, lone numbers and lower case those of Unicode 17.
enum UnicodeClasses {
  // MARK: BERT

  /// Control, format and private-use characters, NUL and U+FFFD: BERT's cleaning drops them.
  static func isDroppedByBert(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10, 13: return false
    case 0, 0xFFFD: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse: return isKnown(scalar, 8)
    default: return false
    }
  }

  /// The blocks that BERT takes for Chinese. U+2B920 is the reference's own boundary (the block begins at U+2B820).
  static func isChineseForBert(_ value: UInt32) -> Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Punctuation and all ASCII symbols.
  static func isPunctuationForBert(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
    case 0..<0x80: return false
    case 0x166D, 0x111C9: return true  // had another category in Unicode 8
    default: break
    }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return isKnown(scalar, 8)
    default: return false
    }
  }

  /// Marks without width of their own: BERT drops them when it strips accents.
  static func isAccentForBert(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300: return false
    case 0x1734, 0x1171E: return true  // had another category in Unicode 8
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    default: return scalar.properties.generalCategory == .nonspacingMark && isKnown(scalar, 8)
    }
  }

  /// False for characters that are their own canonical decomposition, as far as that is cheap to say.
  static func mayDecompose(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0xC0, 0x0430...0x0438, 0x043A...0x044F, 0x3400...0x9FFF: false
    default: isKnown(scalar, 9)
    }
  }

  /// The full canonical decomposition of a character that `mayDecompose`.
  static func decomposed(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] { Array(String(scalar)._nfd) }

  /// The class by which marks on one letter are put in canonical order; 0 ends a run of marks.
  static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    guard scalar.value >= 0x300, isKnown(scalar, 9) else { return 0 }
    return scalar.properties.canonicalCombiningClass.rawValue
  }

  // MARK: Byte-level patterns

  enum PatternClass: UInt8 {
    case letter, number, newline, space, other
  }

  /// \p{L}, \p{N}, [\r\n], the rest of \s, and everything else.
  static func patternClass(_ scalar: Unicode.Scalar) -> PatternClass {
    switch scalar.value {
    case 0x61...0x7A, 0x41...0x5A: return .letter
    case 0x30...0x39: return .number
    case 10, 13: return .newline
    case 9, 11, 12, 32: return .space
    case 0..<0x80: return .other
    case 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x400...0x481, 0x3041...0x3096,
      0x30A1...0x30FA:
      return .letter
    case 0x2010...0x2027, 0x3001...0x3003, 0xFE00...0xFE0F, 0x200B...0x200F, 0x1F300...0x1F5FF: return .other
    default: return slowPatternClass(scalar)
    }
  }

  /// The same from the standard library's tables: some 50 ns a character.
  static func slowPatternClass(_ scalar: Unicode.Scalar) -> PatternClass {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isKnown(scalar, 16) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      return isKnown(scalar, 16) ? .number : .other
    default:
      return scalar.properties.isWhitespace ? .space : .other
    }
  }

  /// Numbers of any kind, as SmolLM's pattern sets them apart: also those newer than the other patterns.
  static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x80: return scalar.value >= 0x30 && scalar.value <= 0x39
    case 0xC0...0x24F, 0x400...0x52F, 0x2010...0x206F, 0x3041...0x318F, 0x4E00...0x9FFF, 0xAC00...0xD7A3,
      0xFE00...0xFE0F,
      0x1F300...0x1F64F:
      return false
    default: return slowIsNumeric(scalar)
    }
  }

  /// The same from the standard library's tables.
  static func slowIsNumeric(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  /// Whether Unicode `version` already had the character.
  static func isKnown(_ scalar: Unicode.Scalar, _ version: Int) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major < version || (age.major == version && age.minor == 0)
  }
}
