/// What the factors of complexity are made of, counted byte by byte; bytes beyond ASCII are letters, except that they end no sentence.
struct ComplexityScan {
  private(set) var sentences = 0
  private(set) var questions = 0
  private(set) var listItems = 0
  private(set) var numbers = 0
  /// Words that ask for reasons, for long answers, and of trades.
  private(set) var reasoningWords = 0
  private(set) var outputWords = 0
  private(set) var domainTerms = 0
  private let terms: Set<String>
  /// Letters and digits since the last other byte, in small letters; a longer word than any of the lists is none.
  private var word: [UInt8] = []
  private static let longestWord = 64
  private var fences = 0
  private var codeSymbols = 0
  private var ticks = 0
  private var hasWords = false
  private var isInNumber = false
  /// Nil once the line has shown whether it is a list item.
  private var lineStart: LineStart? = .blank

  private enum LineStart {
    case blank, bullet, number
  }

  /// Three ticks in a row, or eight symbols that prose hardly has.
  var hasCode: Bool { fences > 0 || codeSymbols >= 8 }

  /// `terms` are words of a trade, in small letters.
  init(_ text: String, terms: Set<String> = []) {
    self.terms = terms
    for byte in text.utf8 { add(byte) }
    endWord()
    endSentence()
  }

  private mutating func add(_ byte: UInt8) {
    addToWord(byte)
    let isDigit = (0x30...0x39).contains(byte)
    if isDigit && !isInNumber { numbers += 1 }
    // A point or comma inside a number does not end it: "1,000.50" is one.
    isInNumber = isDigit || (isInNumber && (byte == 0x2E || byte == 0x2C))
    ticks = byte == UInt8(ascii: "`") ? ticks + 1 : 0
    if ticks == 3 { fences += 1 }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "<"),
      UInt8(ascii: ">"),
      UInt8(ascii: "\\"), UInt8(ascii: "|"):
      codeSymbols += 1
    case UInt8(ascii: "?"):
      questions += hasWords ? 1 : 0
      endSentence()
    case UInt8(ascii: "."), UInt8(ascii: "!"): if !isInNumber { endSentence() }
    case 10: endSentence()
    default: if byte > 0x40 || isDigit { hasWords = true }
    }
    addToLineStart(byte, isDigit)
  }

  private mutating func addToWord(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: word.append(byte)
    default: endWord()
    }
  }

  private mutating func endWord() {
    defer { word.removeAll(keepingCapacity: true) }
    guard (2...Self.longestWord).contains(word.count) else { return }
    let text = String(decoding: word, as: UTF8.self)
    if ComplexityWords.reasoning.contains(text) { reasoningWords += 1 }
    if ComplexityWords.output.contains(text) { outputWords += 1 }
    if ComplexityWords.domain.contains(text) || terms.contains(text) { domainTerms += 1 }
  }

  private mutating func endSentence() {
    if hasWords { sentences += 1 }
    hasWords = false
  }

  /// "- ", "* ", "12. " and "3) " at the start of a line begin a list item.
  private mutating func addToLineStart(_ byte: UInt8, _ isDigit: Bool) {
    if byte == 10 {
      lineStart = .blank
      return
    }
    switch (lineStart, byte) {
    case (.blank, 0x20), (.blank, 0x09): break
    case (.blank, UInt8(ascii: "-")), (.blank, UInt8(ascii: "*")): lineStart = .bullet
    case (.blank, _) where isDigit: lineStart = .number
    case (.number, _) where isDigit: break
    case (.number, UInt8(ascii: ".")), (.number, UInt8(ascii: ")")): lineStart = .bullet
    case (.bullet, 0x20):
      listItems += 1
      lineStart = nil
    default: lineStart = nil
    }
  }
}
