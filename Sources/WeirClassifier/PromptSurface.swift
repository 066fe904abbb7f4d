/// What a prompt's text looks like, whatever it means: lengths, lines, numbers, symbols, words. The forest over tiers
/// reads it beside the embedding, which hardly tells a long prompt from a short one, or an equation from a sentence.
///
/// One pass over the bytes, of a longer text over its first 32 KiB. Counts are of bytes and enter as log(1 + n), so
/// that a threshold means a factor; shares lie within 0...1. The order is part of the model file: a change needs a new
/// `version`.
package struct PromptSurface: Sendable, Equatable {
  package static let version: UInt32 = 2
  /// Number of values.
  package static let count = 29
  static let scannedBytes = 32 << 10

  /// In this order: bytes, words, lines; share of digits, digits, numbers; shares of capital letters, punctuation,
  /// symbols; symbols, parentheses, quotes; question marks, sentences; mean length of a word, share of different words,
  /// of capitalized, long (9 bytes) and one-byte words; bytes beyond ASCII; longest, shortest, mean and spread of
  /// lines; share behind the first line; negations; blanks to fill in; first line, commas.
  package let values: [Float]

  package init(of text: String) {
    var scan = SurfaceScan()
    let bytes = text.utf8.span
    for index in 0..<min(bytes.count, Self.scannedBytes) { scan.add(bytes[index]) }
    scan.finish()
    values = scan.values(total: bytes.count)
  }
}

/// The counts of one pass.
private struct SurfaceScan {
  private var bytes = 0
  private var words = WordCounts()
  private var lines = LineCounts()
  private var digits = 0
  private var numbers = 0
  private var capitals = 0
  private var punctuation = 0
  private var symbols = 0
  private var parentheses = 0
  private var quotes = 0
  private var questions = 0
  private var sentences = 0
  private var foreign = 0
  private var commas = 0
  private var hasBlank = false
  private var last: UInt8 = 0
  private var isInNumber = false

  mutating func add(_ byte: UInt8) {
    bytes += 1
    let kind = ByteKind(byte)
    switch kind {
    case .digit:
      digits += 1
      if !isInNumber { numbers += 1 }
    case .capital: capitals += 1
    case .foreign: foreign += 1
    case .punctuation, .symbol:
      punctuation += 1
      if kind == .symbol { symbols += 1 }
      count(mark: byte)
    case .blank:
      if last == UInt8(ascii: ".") || last == UInt8(ascii: "?") || last == UInt8(ascii: "!") { sentences += 1 }
    case .small: break
    }
    // A point or comma inside a number does not end it: "1,000.50" is one.
    isInNumber = kind == .digit || (isInNumber && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")))
    words.add(byte, kind)
    if byte == 10 { lines.end() } else { lines.add() }
    last = byte
  }

  private mutating func count(mark: UInt8) {
    switch mark {
    case UInt8(ascii: "("), UInt8(ascii: ")"): parentheses += 1
    case UInt8(ascii: "\""), UInt8(ascii: "`"): quotes += 1
    case UInt8(ascii: "?"): questions += 1
    case UInt8(ascii: ","): commas += 1
    case UInt8(ascii: "_"): if last == mark { hasBlank = true }
    default: break
    }
  }

  mutating func finish() {
    if last == UInt8(ascii: ".") || last == UInt8(ascii: "?") || last == UInt8(ascii: "!") { sentences += 1 }
    words.end()
    lines.end()
  }

  /// `total` is the length of the whole text, scanned or not.
  func values(total: Int) -> [Float] {
    func log(_ count: Int) -> Float { (1 + Float(count)).logarithm }
    func log(_ value: Float) -> Float { (1 + value).logarithm }
    func share(_ count: Int, _ whole: Int) -> Float { whole == 0 ? 0 : Float(count) / Float(whole) }
    return [
      log(total), log(words.count), log(lines.count), share(digits, bytes), log(digits), log(numbers),
      share(capitals, bytes), share(punctuation, bytes), share(symbols, bytes), log(symbols), log(parentheses),
      log(quotes), Float(min(questions, 3)), log(sentences), share(words.bytes, words.count),
      share(words.different, words.count), share(words.capitalized, words.count), share(words.long, words.count),
      share(words.single, words.count), log(foreign), log(lines.longest), log(lines.shortest), log(lines.mean),
      log(lines.spread), share(bytes - lines.first, bytes), Float(min(words.negations, 3)), hasBlank ? 1 : 0,
      log(lines.first), log(commas),
    ]
  }
}

private enum ByteKind {
  case blank, digit, capital, small, symbol, punctuation, foreign

  /// Symbols are what formulas and programs have and prose hardly has.
  init(_ byte: UInt8) {
    switch byte {
    case ...0x20, 0x7F: self = .blank
    case 0x30...0x39: self = .digit
    case 0x41...0x5A: self = .capital
    case 0x61...0x7A: self = .small
    case 0x80...: self = .foreign
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "^"),
      UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "~"), UInt8(ascii: "&"),
      UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "_"), UInt8(ascii: "$"), UInt8(ascii: "%"):
      self = .symbol
    default: self = .punctuation
    }
  }
}

/// Words are runs of bytes that are not blank.
private struct WordCounts {
  var count = 0
  /// Of all words together.
  var bytes = 0
  var capitalized = 0
  var long = 0
  var single = 0
  var negations = 0
  private var seen = [UInt64](repeating: 0, count: 64)
  private var length = 0
  private var isCapitalized = false
  private var hash = Self.seed
  private static let seed: UInt32 = 2_166_136_261

  /// Different words, as 4096 hash values can tell them apart.
  var different: Int { seen.reduce(0) { $0 + $1.nonzeroBitCount } }

  mutating func add(_ byte: UInt8, _ kind: ByteKind) {
    if kind == .blank { return end() }
    if length == 0 { isCapitalized = kind == .capital }
    length += 1
    switch kind {
    case .punctuation, .symbol: break
    case .capital: hash = Self.hash(hash, byte | 0x20)
    default: hash = Self.hash(hash, byte)
    }
  }

  mutating func end() {
    guard length > 0 else { return }
    count += 1
    bytes += length
    if isCapitalized { capitalized += 1 }
    if length >= 9 { long += 1 }
    if length == 1 { single += 1 }
    if Negation.contains(hash) { negations += 1 }
    let place = Int((hash ^ (hash >> 15)) & 4095)
    seen[place >> 6] |= 1 << UInt64(place & 63)
    length = 0
    hash = Self.seed
  }

  /// FNV-1a, a byte at a time.
  private static func hash(_ hash: UInt32, _ byte: UInt8) -> UInt32 { (hash ^ UInt32(byte)) &* 16_777_619 }

  static func hash(_ word: String) -> UInt32 { word.utf8.reduce(seed) { hash($0, $1) } }
}

/// Words, small and without marks, that turn a question round. English, like `NegatedRequest`.
private enum Negation {
  private static let hashes = [
    "not", "no", "never", "none", "nor", "neither", "cannot", "cant", "dont", "doesnt", "didnt", "isnt", "arent",
    "wasnt", "wont", "except", "false", "incorrect", "untrue", "least", "without",
  ].map { WordCounts.hash($0) }
  private static let marks = hashes.reduce(UInt64(0)) { $0 | 1 << UInt64($1 & 63) }

  static func contains(_ hash: UInt32) -> Bool { (marks >> UInt64(hash & 63)) & 1 == 1 && hashes.contains(hash) }
}

/// Lines, an empty one among them too.
private struct LineCounts {
  var count = 0
  var longest = 0
  var shortest = Int.max
  var first = 0
  private var sum = 0
  private var squares = 0
  private var length = 0

  var mean: Float { count == 0 ? 0 : Float(sum) / Float(count) }

  /// Standard deviation of the lengths.
  var spread: Float {
    guard count > 0 else { return 0 }
    // Whole numbers below 2^53: the difference is exact, and never negative.
    let variance = Double(count * squares - sum * sum) / (Double(count) * Double(count))
    return Float(variance.squareRoot())
  }

  mutating func add() { length += 1 }

  mutating func end() {
    if count == 0 { first = length }
    count += 1
    longest = max(longest, length)
    shortest = min(shortest, length)
    sum += length
    squares += length * length
    length = 0
  }
}
