/// Splits a text into the words that WordPiece looks up: BERT's normalizer and pre-tokenizer in one pass over UTF-8.
///
/// Drops control characters, sets Chinese characters apart, strips accents (canonical decomposition without marks) and
/// lowers case, then cuts at white space and around every punctuation character, in the order of the reference
/// (`BertNormalizer`, `BertPreTokenizer`). Words are given one at a time in memory that is used again.
struct BertWords {
  /// Words are kept up to this many characters; longer ones become the unknown token anyway.
  static let longestWord = 100

  /// The word that `next` found: the first `length` of these bytes, cut where there are more than `longestWord`
  /// characters.
  private(set) var bytes = [UInt8](repeating: 0, count: 4 * longestWord + 1)
  private(set) var length = 0
  private(set) var characters = 0
  private var place = 0
  private var end = 0
  private var table: BertCharacters
  /// Characters that were taken apart and wait for their turn, in reverse; nil ends a word.
  private var waiting: [Unicode.Scalar?] = []
  /// Marks that wait for the end of their run, to be put in canonical order.
  private var marks: [(order: UInt8, mark: Unicode.Scalar)] = []

  init(lowersCase: Bool) { table = BertCharacters(lowersCase: lowersCase) }

  /// Starts on the text in `range`; what was left of another is forgotten.
  mutating func begin(_ range: Range<Int>) {
    place = range.lowerBound
    end = range.upperBound
    waiting.removeAll(keepingCapacity: true)
    marks.removeAll(keepingCapacity: true)
  }

  /// Finds the next word, or returns false where none is left. `text` must be the same valid UTF-8 from call to call.
  mutating func next(_ text: Span<UInt8>) -> Bool {
    length = 0
    characters = 0
    while true {
      if !waiting.isEmpty {
        if takeWaiting() { return true }
      } else if place == end {
        if marks.isEmpty { return characters > 0 }
        flushMarks()
      } else if marks.isEmpty {
        keepLetters(text)
        if place < end, text[place] < 0x80 ? endsAtASCII(text[place]) : takeOther(text) { return true }
      } else if text[place] < 0x80 {
        // A control character is dropped before marks are put in order; any other ends their run.
        if table.ascii[Int(text[place])] == BertCharacters.dropped { place += 1 } else { flushMarks() }
      } else if takeOther(text) {
        return true
      }
    }
  }

  /// Letters, digits and dropped characters of ASCII, up to what is none of them.
  private mutating func keepLetters(_ text: Span<UInt8>) {
    let ascii = table.ascii
    let (next, kept, more) = Self.copyLetters(text, place..<end, ascii.span, to: &bytes, length)
    characters += kept - length + more
    place = next
    length = kept
  }

  /// Returns where it stopped, the new length, and how many letters there was no room for.
  private static func copyLetters(
    _ text: Span<UInt8>, _ range: Range<Int>, _ ascii: Span<UInt8>, to bytes: inout [UInt8], _ first: Int
  ) -> (place: Int, length: Int, more: Int) {
    var word = bytes.mutableSpan
    var (place, length, more) = (range.lowerBound, first, 0)
    while place < range.upperBound {
      let letter = ascii[Int(text[place])]
      if letter > BertCharacters.other {
        // The last byte is for the letters that are counted only.
        word[length] = letter
        if length < word.count - 1 { length += 1 } else { more += 1 }
      } else if letter != BertCharacters.dropped {
        break
      }
      place += 1
    }
    return (place, length, more)
  }

  /// White space or punctuation at `place`: whether it ends a word.
  private mutating func endsAtASCII(_ byte: UInt8) -> Bool {
    let isSpace = table.ascii[Int(byte)] == BertCharacters.space
    if characters > 0 {
      if isSpace { place += 1 }
      return true
    }
    place += 1
    if isSpace { return false }
    keep(Unicode.Scalar(byte))
    return true
  }

  /// The character outside ASCII at `place`: whether it ends a word.
  private mutating func takeOther(_ text: Span<UInt8>) -> Bool {
    let scalar = PieceScanner.scalar(text, place)
    let width = UTF8.width(scalar)
    // Chinese that is its own decomposition.
    if (0x4E00...0x9FFF).contains(scalar.value) {
      if !marks.isEmpty {
        flushMarks()
        return false
      }
      if characters > 0 { return true }
      place += width
      keep(scalar)
      return true
    }
    let effect = table.effect(of: scalar)
    if effect == .none {
      place += width
      return false
    }
    if effect == .several {
      place += width
      takeApart(scalar)
      return false
    }
    if !marks.isEmpty {
      flushMarks()
      return false
    }
    switch effect {
    case .letter(let letter):
      keep(letter)
    case .punctuation(let mark):
      if characters > 0 { return true }
      keep(mark)
      place += width
      return true
    case .none, .space, .several:
      place += width
      return characters > 0
    }
    place += width
    return false
  }

  // MARK: Several characters

  private mutating func takeApart(_ scalar: Unicode.Scalar) {
    let isChinese = UnicodeClasses.isChineseForBert(scalar.value)
    var parts: [Unicode.Scalar?] = []
    if isChinese {
      parts = takenMarks() + [nil]
    }
    if table.lowersCase {
      for part in BertCharacters.parts(of: scalar) where !UnicodeClasses.isAccentForBert(part) {
        let order = UnicodeClasses.combiningClass(part)
        if order == 0 {
          parts += takenMarks()
          parts += BertCharacters.lowered(part)
        } else {
          marks.append((order, part))
        }
      }
    } else {
      parts.append(scalar)
    }
    if isChinese {
      parts += takenMarks()
      parts.append(nil)
    }
    waiting = parts.reversed()
  }

  private mutating func flushMarks() { waiting = takenMarks().reversed() }

  /// The marks in canonical order, by class and within a class as written, in lower case.
  private mutating func takenMarks() -> [Unicode.Scalar?] {
    if marks.isEmpty { return [] }
    let ordered = marks.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
    marks.removeAll(keepingCapacity: true)
    return ordered.flatMap { BertCharacters.lowered($0.element.mark) }
  }

  /// One of the characters that wait: whether it ends a word.
  private mutating func takeWaiting() -> Bool {
    guard let last = waiting.last, let scalar = last else {
      waiting.removeLast()
      return characters > 0
    }
    guard UnicodeClasses.isPunctuationForBert(scalar) else {
      waiting.removeLast()
      keep(scalar)
      return false
    }
    if characters > 0 { return true }
    waiting.removeLast()
    keep(scalar)
    return true
  }

  private mutating func keep(_ scalar: Unicode.Scalar) {
    characters += 1
    if characters > Self.longestWord { return }
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
      bytes[length] = byte
      length += 1
    }
  }
}
