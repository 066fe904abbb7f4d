/// Scans UTF-8 text by character classes for `PreTokenizer`.
struct PieceScanner {
  typealias Kind = UnicodeClasses.PatternClass

  private let bytes: [UInt8]
  private let range: Range<Int>

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  func scanGPT2(_ body: (Range<Int>) -> Void) {
    var place = range.lowerBound
    while place < range.upperBound {
      let end = gpt2End(place)
      body(place..<end)
      place = end
    }
  }

  func scanQwen2(longestNumber: Int, _ body: (Range<Int>) -> Void) {
    var place = range.lowerBound
    while place < range.upperBound {
      let end = qwen2End(place, longestNumber)
      body(place..<end)
      place = end
    }
  }

  /// Class of the character at `place` and where it ends. `place` must be inside the range.
  func character(at place: Int) -> (kind: Kind, end: Int) {
    let scalar = scalar(at: place)
    return (UnicodeClasses.patternClass(scalar), place + UTF8.width(scalar))
  }

  // MARK: One piece

  private func gpt2End(_ place: Int) -> Int {
    if let end = contractionEnd(place, ignoresCase: false) { return end }
    // ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`
    let first = bytes[place] == 0x20 ? place + 1 : place
    if first < range.upperBound {
      let (kind, end) = character(at: first)
      if kind == .letter || kind == .number || kind == .other { return run(of: kind, from: end) }
    }
    return spaceEnd(place)
  }

  private func qwen2End(_ place: Int, _ longestNumber: Int) -> Int {
    if let end = contractionEnd(place, ignoresCase: true) { return end }
    let (kind, end) = character(at: place)
    switch kind {
    case .letter: return run(of: .letter, from: end)
    case .number:
      var last = end
      for _ in 1..<max(longestNumber, 1) {
        guard last < range.upperBound else { break }
        let (kind, end) = character(at: last)
        guard kind == .number else { break }
        last = end
      }
      return last
    case .space, .other, .newline: break
    }
    // `[^\r\n\p{L}\p{N}]?\p{L}+`: one character that is neither may lead the letters.
    if kind != .newline, end < range.upperBound, character(at: end).kind == .letter {
      return run(of: .letter, from: end)
    }
    // ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    let first = bytes[place] == 0x20 ? place + 1 : place
    if first < range.upperBound, character(at: first).kind == .other {
      return run(of: .newline, from: run(of: .other, from: first))
    }
    // `\s*[\r\n]+`: up to the last line end of the white space.
    if let end = lastNewlineEnd(place) { return end }
    return spaceEnd(place)
  }

  private func run(of kind: Kind, from start: Int) -> Int {
    var place = start
    while place < range.upperBound {
      let (found, end) = character(at: place)
      if found != kind { break }
      place = end
    }
    return place
  }

  /// `\s+(?!\S)|\s+`: all white space at the end of the text, else all but its last character, else that one.
  private func spaceEnd(_ start: Int) -> Int {
    var place = start
    var last = start
    while place < range.upperBound {
      let (kind, end) = character(at: place)
      if kind != .space && kind != .newline { return last > start ? last : place }
      last = place
      place = end
    }
    return place
  }

  private func lastNewlineEnd(_ start: Int) -> Int? {
    var place = start
    var found: Int?
    while place < range.upperBound {
      let (kind, end) = character(at: place)
      if kind == .newline { found = end } else if kind != .space { break }
      place = end
    }
    return found
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`; without regard to case the long s (U+017F) is an s too.
  private func contractionEnd(_ place: Int, ignoresCase: Bool) -> Int? {
    guard bytes[place] == 0x27 else { return nil }
    let first = letter(place + 1, ignoresCase)
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return place + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return letter(place + 2, ignoresCase) == UInt8(ascii: "e") ? place + 3 : nil
    case UInt8(ascii: "l"): return letter(place + 2, ignoresCase) == UInt8(ascii: "l") ? place + 3 : nil
    default:
      let isLongS = ignoresCase && place + 2 < range.upperBound && bytes[place + 1] == 0xC5 && bytes[place + 2] == 0xBF
      return isLongS ? place + 3 : nil
    }
  }

  private func letter(_ place: Int, _ ignoresCase: Bool) -> UInt8 {
    guard place < range.upperBound else { return 0 }
    let byte = bytes[place]
    return ignoresCase && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// The character at `place`, which must be inside the range.
  func scalar(at place: Int) -> Unicode.Scalar {
    let lead = UInt32(bytes[place])
    if lead < 0x80 { return Unicode.Scalar(UInt8(lead)) }
    func rest(_ offset: Int) -> UInt32 { UInt32(bytes[place + offset] & 0x3F) }
    let value =
      lead < 0xE0
      ? (lead & 0x1F) << 6 | rest(1)
      : lead < 0xF0
        ? (lead & 0x0F) << 12 | rest(1) << 6 | rest(2)
        : (lead & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3)
    guard let scalar = Unicode.Scalar(value) else { preconditionFailure("A piece scanner reads valid UTF-8 only.") }
    return scalar
  }
}
