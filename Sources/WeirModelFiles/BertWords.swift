/// Splits a text into the words that WordPiece looks up: BERT's normalizer and pre-tokenizer in one pass.
///
/// Drops control characters, sets Chinese characters apart, strips accents (canonical decomposition without marks) and
/// lowers case, then cuts at white space and around every punctuation character, in the order of the reference
/// (`BertNormalizer`, `BertPreTokenizer`).
struct BertWords {
  /// Words are kept up to this many characters; longer ones become the unknown token anyway.
  static let longestWord = 100

  /// One word in UTF-8; `bytes` is cut short where there are more than `longestWord` characters.
  struct Word {
    var bytes: [UInt8] = []
    var characters = 0
  }

  let lowersCase: Bool
  private var word = Word()
  /// Marks that wait for the end of their run, to be put in canonical order.
  private var marks: [(order: UInt8, mark: Unicode.Scalar)] = []

  init(lowersCase: Bool) { self.lowersCase = lowersCase }

  /// Calls `body` with every word in order until it returns false.
  mutating func forEach(in text: some Sequence<Unicode.Scalar>, _ body: (Word) -> Bool) {
    var goesOn = true
    let emit: (Word) -> Void = { word in
      if goesOn { goesOn = body(word) }
    }
    for scalar in text {
      scalar.isASCII ? addASCII(scalar, emit) : addOther(scalar, emit)
      if !goesOn { return }
    }
    flushMarks(emit)
    endWord(emit)
  }

  private mutating func addASCII(_ scalar: Unicode.Scalar, _ emit: (Word) -> Void) {
    let byte = UInt8(truncatingIfNeeded: scalar.value)
    switch byte {
    case 9, 10, 13, 32:
      flushMarks(emit)
      endWord(emit)
    case 0..<32, 127: break
    default:
      flushMarks(emit)
      append(lowersCase && byte >= 0x41 && byte <= 0x5A ? Unicode.Scalar(byte | 0x20) : scalar, emit)
    }
  }

  private mutating func addOther(_ scalar: Unicode.Scalar, _ emit: (Word) -> Void) {
    if UnicodeClasses.isDroppedByBert(scalar) { return }
    if scalar.properties.isWhitespace {
      flushMarks(emit)
      endWord(emit)
      return
    }
    let isChinese = UnicodeClasses.isChineseForBert(scalar.value)
    if isChinese {
      flushMarks(emit)
      endWord(emit)
    }
    addNormalized(scalar, emit)
    if isChinese {
      flushMarks(emit)
      endWord(emit)
    }
  }

  private mutating func addNormalized(_ scalar: Unicode.Scalar, _ emit: (Word) -> Void) {
    // The reference strips accents exactly where it lowers case.
    guard lowersCase else { return append(scalar, emit) }
    var parts: [Unicode.Scalar] = []
    UnicodeClasses.forEachDecomposed(scalar) { parts.append($0) }
    for part in parts where !UnicodeClasses.isAccentForBert(part) {
      let order = UnicodeClasses.combiningClass(part)
      if order == 0 {
        flushMarks(emit)
        appendLowered(part, emit)
      } else {
        marks.append((order, part))
      }
    }
  }

  private mutating func flushMarks(_ emit: (Word) -> Void) {
    if marks.isEmpty { return }
    // Canonical order: by class, and within a class as written.
    let ordered = marks.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
    marks.removeAll(keepingCapacity: true)
    for (_, element) in ordered { appendLowered(element.mark, emit) }
  }

  private mutating func appendLowered(_ scalar: Unicode.Scalar, _ emit: (Word) -> Void) {
    for lowered in scalar.properties.lowercaseMapping.unicodeScalars { append(lowered, emit) }
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ emit: (Word) -> Void) {
    if UnicodeClasses.isPunctuationForBert(scalar) {
      endWord(emit)
      emit(Word(bytes: Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter), characters: 1))
      return
    }
    word.characters += 1
    if word.characters <= Self.longestWord {
      if scalar.isASCII {
        word.bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        word.bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      }
    }
  }

  private mutating func endWord(_ emit: (Word) -> Void) {
    if word.characters == 0 { return }
    emit(word)
    word.bytes.removeAll(keepingCapacity: true)
    word.characters = 0
  }
}
