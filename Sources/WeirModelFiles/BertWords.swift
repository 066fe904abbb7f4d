/// Splits a text into the words that WordPiece looks up: BERT's normalizer and pre-tokenizer in one pass.
///
/// Drops control characters, sets Chinese characters apart, strips accents (canonical decomposition without marks) and
/// lowers case, then cuts at white space and around every punctuation character, in the order of the reference
/// (`BertNormalizer`, `BertPreTokenizer`). Characters are added one by one; finished words wait in `ready`.
struct BertWords {
  /// Words are kept up to this many characters; longer ones become the unknown token anyway.
  static let longestWord = 100

  /// One word: its UTF-8 lies in `bytes`, cut short where there are more than `longestWord` characters.
  struct Word {
    let range: Range<Int>
    let characters: Int
  }

  let lowersCase: Bool
  /// UTF-8 of the words that are ready, and of the one that has begun.
  private(set) var bytes: [UInt8] = []
  private(set) var ready: [Word] = []
  private var start = 0
  private var characters = 0
  /// Marks that wait for the end of their run, to be put in canonical order.
  private var marks: [(order: UInt8, mark: Unicode.Scalar)] = []

  init(lowersCase: Bool) { self.lowersCase = lowersCase }

  mutating func add(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { addASCII(scalar) } else { addOther(scalar) }
  }

  /// Ends the last word; to be called once, after all characters.
  mutating func finish() {
    flushMarks()
    endWord()
  }

  /// Forgets the words that are ready; the one that has begun stays.
  mutating func removeReady() {
    ready.removeAll(keepingCapacity: true)
    if characters == 0 {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    }
  }

  private mutating func addASCII(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 9, 10, 13, 32: finish()
    case 0..<32, 127: break  // control characters
    case 0x41...0x5A where lowersCase:
      flushMarks()
      append(Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value | 0x20)))
    default:
      flushMarks()
      append(scalar)
    }
  }

  private mutating func addOther(_ scalar: Unicode.Scalar) {
    if UnicodeClasses.isDroppedByBert(scalar) { return }
    if scalar.properties.isWhitespace { return finish() }
    let isChinese = UnicodeClasses.isChineseForBert(scalar.value)
    if isChinese { finish() }
    addNormalized(scalar)
    if isChinese { finish() }
  }

  private mutating func addNormalized(_ scalar: Unicode.Scalar) {
    // The reference strips accents exactly where it lowers case.
    guard lowersCase else { return append(scalar) }
    guard UnicodeClasses.mayDecompose(scalar) else { return addPart(scalar) }
    for part in UnicodeClasses.decomposed(scalar) { addPart(part) }
  }

  private mutating func addPart(_ part: Unicode.Scalar) {
    if UnicodeClasses.isAccentForBert(part) { return }
    let order = UnicodeClasses.combiningClass(part)
    if order == 0 {
      flushMarks()
      appendLowered(part)
    } else {
      marks.append((order, part))
    }
  }

  private mutating func flushMarks() {
    if marks.isEmpty { return }
    // Canonical order: by class, and within a class as written.
    let ordered = marks.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
    marks.removeAll(keepingCapacity: true)
    for (_, element) in ordered { appendLowered(element.mark) }
  }

  private mutating func appendLowered(_ scalar: Unicode.Scalar) {
    if scalar.properties.changesWhenLowercased {
      for lowered in scalar.properties.lowercaseMapping.unicodeScalars { append(lowered) }
    } else {
      append(scalar)
    }
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    if UnicodeClasses.isPunctuationForBert(scalar) {
      endWord()
      keep(scalar)
      endWord()
    } else {
      keep(scalar)
    }
  }

  private mutating func keep(_ scalar: Unicode.Scalar) {
    characters += 1
    if characters > Self.longestWord { return }
    if scalar.isASCII {
      bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
  }

  private mutating func endWord() {
    if characters == 0 { return }
    ready.append(Word(range: start..<bytes.count, characters: characters))
    start = bytes.count
    characters = 0
  }
}
