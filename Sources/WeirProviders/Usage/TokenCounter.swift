/// Counts what tokens of byte-pair tokenizers are made of: words by their length, digits in threes, marks, white space,
/// and letters by script.
///
/// Ranges of letters are whole blocks of Unicode, for speed: what a block holds besides letters is rare in texts.
struct TokenCounter: Sendable {
  enum Feature: Int, CaseIterable {
    /// Runs of the 26 letters; their letters from the sixth to the tenth, and those after it.
    case words, longLetters, rareLetters
    /// Capitals right after small letters.
    case capitals
    /// Groups of three.
    case digits
    /// Any other ASCII.
    case marks
    /// Runs of more than one blank, and of line ends.
    case spaces, lines
    /// Characters of other scripts: Latin beyond ASCII; Greek, Cyrillic and Armenian; Chinese; Japanese; Korean; all else.
    case latin, greek, han, kana, hangul, other
  }

  private enum Run { case none, word, digit, space, line }

  private(set) var counts = [Int](repeating: 0, count: Feature.allCases.count)
  private var run = Run.none
  private var length = 0

  init(_ text: String) {
    var isAfterSmall = false
    for scalar in text.unicodeScalars {
      let code = scalar.value
      switch code {
      case 0x41...0x5A:
        go(on: .word)
        if isAfterSmall { add(.capitals) }
      case 0x61...0x7A: go(on: .word)
      case 0x30...0x39: go(on: .digit)
      case 0x20, 0x09: go(on: .space)
      case 0x0A, 0x0D: go(on: .line)
      default:
        go(on: .none)
        add(Self.script(code))
      }
      isAfterSmall = (0x61...0x7A).contains(code)
    }
    go(on: .none)
  }

  private static func script(_ code: UInt32) -> Feature {
    switch code {
    case ..<0x80: .marks
    case ..<0x250, 0x1E00..<0x1F00: .latin
    case ..<0x530: .greek
    case 0x3040..<0x3100: .kana
    case 0xAC00..<0xD7B0: .hangul
    case 0x3400..<0xA000, 0x20000..<0x32000, 0xFF00..<0xFFF0, 0x3000..<0x3040: .han
    default: .other
    }
  }

  private mutating func go(on kind: Run) {
    if kind == run, kind != .none {
      length += 1
      return
    }
    switch run {
    case .none: break
    case .word:
      add(.words)
      add(.longLetters, max(0, min(length, 10) - 5))
      add(.rareLetters, max(0, length - 10))
    case .digit: add(.digits, (length + 2) / 3)
    case .space: if length > 1 { add(.spaces) }
    case .line: add(.lines)
    }
    run = kind
    length = 1
  }

  private mutating func add(_ feature: Feature, _ count: Int = 1) { counts[feature.rawValue] += count }

  /// The weighted sum, rounded up; weights are in 256ths.
  func tokens(_ weights: [Int]) -> Int {
    (zip(counts, weights).reduce(0) { $0 + $1.0 * $1.1 } + 255) / 256
  }
}
