/// A prompt taken apart into what the guard compares: words, numbers with their units, and literals.
///
/// Literals are what must be equal to the letter: quoted texts, placeholders, addresses, identifiers, names with
/// symbols such as C++ and C#, and symbols that stand alone.
struct PromptWords: Sendable, Equatable {
  struct Word: Sendable, Equatable {
    /// Small letters, contractions taken apart: `don't` is `do` and `not`.
    var text: String
    /// Starts with a capital where no sentence starts.
    var isName: Bool
  }

  private(set) var words: [Word] = []
  /// A number in plain form and its unit, as `10 km`; the unit is empty where none is said.
  private(set) var numbers: [String] = []
  private(set) var literals: [String] = []

  var isEmpty: Bool { words.isEmpty && numbers.isEmpty && literals.isEmpty }
  var texts: [String] { words.map(\.text) }

  init(_ text: String) {
    var scanner = QuoteScanner(text)
    let plain = scanner.takeQuotes()
    literals = scanner.quotes
    let chunks = plain.split { $0.isWhitespace }
    let letters = plain.unicodeScalars.filter { $0.properties.isAlphabetic }
    let capitals = letters.filter { $0.properties.isUppercase }
    // In a text all in capitals, or in title case, capitals name nothing.
    let chunksWithCapital = chunks.filter { $0.unicodeScalars.first?.properties.isUppercase ?? false }.count
    let readsCapitals =
      capitals.count * 2 < letters.count && (chunks.count < 3 || chunksWithCapital * 3 < chunks.count * 2)
    var startsSentence = true
    for chunk in chunks {
      add(chunk, isName: readsCapitals && !startsSentence)
      startsSentence = chunk.last.map { ".!?:".contains($0) } ?? startsSentence
    }
    readNumberWords()
  }

  private mutating func add(_ chunk: Substring, isName: Bool) {
    let token = PromptWords.trimmed(chunk)
    guard !token.isEmpty else { return addSymbols(chunk) }
    let lower = token.lowercased()
    switch TokenKind(lower) {
    case .number(let value, let unit):
      numbers.append("\(value) \(unit)")
      // The word stays, so that the order of words knows of it, as one that carries nothing else.
      words.append(Word(text: "0", isName: false))
    case .literal:
      literals.append(lower)
      words.append(Word(text: lower, isName: false))
    case .word:
      let startsCapital = token.unicodeScalars.first?.properties.isUppercase ?? false
      for part in lower.split(whereSeparator: { "-\u{2010}\u{2011}\u{2013}\u{2014}".contains($0) }) {
        for word in Contractions.expanded(String(part)) {
          let isName = isName && startsCapital && word != "i" && word != "not"
          words.append(Word(text: word, isName: isName))
        }
      }
    }
  }

  /// Symbols alone: `<` and `+` mean something, dashes and dots between words do not.
  private mutating func addSymbols(_ chunk: Substring) {
    let meaning = chunk.filter {
      !"-\u{2010}\u{2011}\u{2013}\u{2014}.,;:!?\u{2026}'\"()[]\u{2018}\u{2019}\u{201C}\u{201D}*".contains($0)
    }
    if !meaning.isEmpty { literals.append(String(meaning)) }
  }

  /// Joins numbers with the unit that follows them and reads numbers written as words.
  private mutating func readNumberWords() {
    var result: [Word] = []
    var number = 0
    var index = 0
    var read: [String] = []
    while index < words.count {
      let word = words[index]
      index += 1
      result.append(word)
      var value: String?
      if word.text == "0" {
        value = numbers[number]
        number += 1
      } else if let spelled = NumberWords.value(of: word.text) {
        value = "\(spelled) "
        result[result.count - 1].text = "0"
      }
      guard var value else { continue }
      if value.hasSuffix(" "), index < words.count, let unit = NumberWords.unit(of: words[index].text) {
        value += unit
        index += 1
      }
      read.append(value)
    }
    words = result
    numbers = read
  }

  private static func trimmed(_ chunk: Substring) -> Substring {
    let opening = "([{<\"'\u{2018}\u{201C}\u{AB}*_\u{BF}\u{A1}"
    let closing = ")]}>\"'\u{2019}\u{201D}\u{BB}*_.,;:!?\u{2026}\u{3002}\u{FF1F}\u{FF01}\u{FF0C}-"
    var token = chunk
    while let first = token.first, opening.contains(first) { token.removeFirst() }
    while let last = token.last, closing.contains(last) { token.removeLast() }
    return token.contains { $0.isLetter || $0.isNumber } ? token : ""
  }
}
