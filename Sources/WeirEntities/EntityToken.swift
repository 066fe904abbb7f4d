/// A word, a run of digits, or one other character, with its place in the text.
struct EntityToken: Sendable {
  enum Kind: Sendable { case word, number, symbol }

  var kind: Kind
  /// UTF-8 offsets.
  var range: Range<Int>
  /// As written, but ASCII letters in lower case and curly apostrophes straight.
  var text: String
  /// True for a word whose first letter is a capital.
  var isCapitalized: Bool
  /// True where nothing stands between this token and the one before it.
  var isGlued: Bool

  /// Longest text that is read, in bytes: what comes after it has no entities.
  static let mostBytes = 1 << 15
  /// Longest word that rules look at; a longer one is a word of no meaning.
  private static let mostWordBytes = 48

  /// Splits `text` in one pass. Letters outside ASCII belong to words; white space of any kind only separates.
  static func tokens(of text: String) -> [EntityToken] {
    var splitter = Splitter()
    var offset = 0
    for scalar in text.unicodeScalars {
      let width = UTF8.width(scalar)
      if offset + width > mostBytes { break }
      splitter.add(scalar, at: offset, width: width)
      offset += width
    }
    splitter.close(at: offset)
    return splitter.tokens
  }

  /// The token that is being read, and those before it.
  private struct Splitter {
    var tokens: [EntityToken] = []
    private var kind: Kind?
    private var start = 0
    private var isCapitalized = false
    private var text = ""
    /// An apostrophe after a letter: part of the word if a letter follows, a quotation mark otherwise.
    private var apostrophe: Range<Int>?

    mutating func add(_ scalar: Unicode.Scalar, at offset: Int, width: Int) {
      if scalar == "'" || scalar == "\u{2019}" {
        if kind == .word, apostrophe == nil {
          apostrophe = offset..<offset + width
        } else {
          close(at: offset)
          append(.symbol, offset..<offset + width, "'")
        }
        return
      }
      let next = EntityToken.characterKind(scalar)
      if apostrophe != nil {
        if next == .word {
          text += "'"
          apostrophe = nil
        } else {
          close(at: offset)
        }
      }
      if kind != nil, next != kind { close(at: offset) }
      switch next {
      case nil: break
      case .symbol: append(.symbol, offset..<offset + width, String(Character(scalar)))
      case .word, .number:
        if kind == nil { (kind, start, isCapitalized) = (next, offset, next == .word && EntityToken.isCapital(scalar)) }
        text.unicodeScalars.append(EntityToken.lowercased(scalar))
      }
    }

    mutating func close(at offset: Int) {
      if let kind {
        let isLong = kind == .word && text.utf8.count > EntityToken.mostWordBytes
        append(kind, start..<(apostrophe?.lowerBound ?? offset), isLong ? "" : text)
      }
      (kind, text) = (nil, "")
      if let mark = apostrophe {
        apostrophe = nil
        append(.symbol, mark, "'")
      }
    }

    private mutating func append(_ kind: Kind, _ range: Range<Int>, _ text: String) {
      tokens.append(
        EntityToken(
          kind: kind, range: range, text: text, isCapitalized: kind == .word && isCapitalized,
          isGlued: tokens.last?.range.upperBound == range.lowerBound))
    }
  }

  private static func characterKind(_ scalar: Unicode.Scalar) -> Kind? {
    switch scalar {
    case "a"..."z", "A"..."Z": return .word
    case "0"..."9": return .number
    case "\u{0}"..."\u{7F}": return scalar.value <= 0x20 || scalar.value == 0x7F ? nil : .symbol
    default:
      let properties = scalar.properties
      if properties.isWhitespace { return nil }
      return properties.isAlphabetic || properties.generalCategory == .nonspacingMark ? .word : .symbol
    }
  }

  private static func isCapital(_ scalar: Unicode.Scalar) -> Bool {
    ("A"..."Z").contains(scalar) || !scalar.isASCII && scalar.properties.isUppercase
  }

  private static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
  }
}
