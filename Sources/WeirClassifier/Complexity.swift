/// A first estimate of how hard a prompt is to answer, from its surface alone.
///
/// Not learned: a weighted sum of saturating signals, documented so that its number can be explained to a person. A
/// trained head will replace it behind the same value.
///
/// | signal | value | weight |
/// |---|---|---|
/// | length | tokens / 256, at most 1 | 0.35 |
/// | sentences | (sentences - 1) / 6, at most 1 | 0.20 |
/// | questions | (question marks - 1) / 3, at most 1 | 0.15 |
/// | lists | list items / 5, at most 1 | 0.10 |
/// | numbers | numbers / 8, at most 1 | 0.10 |
/// | code | 1 with a fence or many symbols of programs, else 0 | 0.10 |
package struct Complexity: Sendable, Equatable {
  /// 0 (one short sentence) to 1.
  package let value: Float
  package let sentences: Int
  package let questions: Int
  package let listItems: Int
  package let numbers: Int
  package let hasCode: Bool

  /// Estimates from the prompt and its number of tokens; linear in the text's length.
  package init(of text: String, tokens: Int) {
    var surface = Surface()
    for byte in text.utf8 { surface.add(byte) }
    surface.finish()
    sentences = surface.sentences
    questions = surface.questions
    listItems = surface.listItems
    numbers = surface.numbers
    hasCode = surface.hasCode
    func share(_ count: Int, of limit: Float) -> Float { min(max(Float(count) / limit, 0), 1) }
    let sum =
      0.35 * share(tokens, of: 256) + 0.20 * share(surface.sentences - 1, of: 6)
      + 0.15 * share(surface.questions - 1, of: 3) + 0.10 * share(surface.listItems, of: 5)
      + 0.10 * share(surface.numbers, of: 8) + (surface.hasCode ? 0.10 : 0)
    value = min(sum, 1)
  }
}

/// Counts the signals byte by byte; bytes beyond ASCII are letters, except that they end no sentence.
private struct Surface {
  var sentences = 0
  var questions = 0
  var listItems = 0
  var numbers = 0
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

  mutating func add(_ byte: UInt8) {
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

  mutating func finish() { endSentence() }

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
