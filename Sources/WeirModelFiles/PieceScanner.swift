/// Finds where the pieces of `PreTokenizer`'s patterns end, by character classes over UTF-8.
///
/// A scanner sees the text up to `limit` only: that is the end of the text for the pattern.
struct PieceScanner {
  typealias Kind = UnicodeClasses.PatternClass

  let limit: Int

  /// Class of the character at `place` and where it ends. `place` must be below `limit`.
  @inline(__always)
  private func character(_ bytes: Span<UInt8>, _ place: Int) -> (kind: Kind, end: Int) {
    let byte = bytes[place]
    if byte < 0x80 { return (Self.asciiClass(byte), place + 1) }
    return Self.otherCharacter(bytes, place)
  }

  @inline(never)
  private static func otherCharacter(_ bytes: Span<UInt8>, _ place: Int) -> (kind: Kind, end: Int) {
    let scalar = scalar(bytes, place)
    return (UnicodeClasses.patternClass(scalar), place + UTF8.width(scalar))
  }

  @inline(__always)
  private static func asciiClass(_ byte: UInt8) -> Kind {
    if (byte | 0x20) &- 0x61 < 26 { return .letter }
    if byte == 0x20 { return .space }
    if byte &- 0x30 < 10 { return .number }
    if byte > 13 { return .other }
    return byte == 10 || byte == 13 ? .newline : byte < 9 ? .other : .space
  }

  // MARK: One piece

  func gpt2End(_ bytes: Span<UInt8>, _ place: Int) -> Int {
    if let end = contractionEnd(bytes, place, ignoresCase: false) { return end }
    // ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`
    let first = bytes[place] == 0x20 ? place + 1 : place
    if first < limit {
      let (kind, end) = character(bytes, first)
      if kind == .letter || kind == .number || kind == .other { return run(bytes, of: kind, from: end) }
    }
    return spaceEnd(bytes, place)
  }

  func qwen2End(_ bytes: Span<UInt8>, _ place: Int, longestNumber: Int) -> Int {
    if let end = contractionEnd(bytes, place, ignoresCase: true) { return end }
    let (kind, end) = character(bytes, place)
    switch kind {
    case .letter: return run(bytes, of: .letter, from: end)
    case .number:
      var last = end
      for _ in 1..<max(longestNumber, 1) {
        guard last < limit else { break }
        let (kind, end) = character(bytes, last)
        guard kind == .number else { break }
        last = end
      }
      return last
    case .space, .other, .newline: break
    }
    // `[^\r\n\p{L}\p{N}]?\p{L}+`: one character that is neither may lead the letters.
    if kind != .newline, end < limit, character(bytes, end).kind == .letter {
      return run(bytes, of: .letter, from: end)
    }
    // ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    let first = bytes[place] == 0x20 ? place + 1 : place
    if first < limit, character(bytes, first).kind == .other {
      return run(bytes, of: .newline, from: run(bytes, of: .other, from: first))
    }
    // `\s*[\r\n]+`: up to the last line end of the white space.
    if let end = lastNewlineEnd(bytes, place) { return end }
    return spaceEnd(bytes, place)
  }

  private func run(_ bytes: Span<UInt8>, of kind: Kind, from start: Int) -> Int {
    var place = start
    while place < limit {
      let (found, end) = character(bytes, place)
      if found != kind { break }
      place = end
    }
    return place
  }

  /// `\s+(?!\S)|\s+`: all white space at the end of the text, else all but its last character, else that one.
  private func spaceEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var place = start
    var last = start
    while place < limit {
      let (kind, end) = character(bytes, place)
      if kind != .space && kind != .newline { return last > start ? last : place }
      last = place
      place = end
    }
    return place
  }

  private func lastNewlineEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
    var place = start
    var found: Int?
    while place < limit {
      let (kind, end) = character(bytes, place)
      if kind == .newline { found = end } else if kind != .space { break }
      place = end
    }
    return found
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`; without regard to case the long s (U+017F) is an s too.
  private func contractionEnd(_ bytes: Span<UInt8>, _ place: Int, ignoresCase: Bool) -> Int? {
    guard bytes[place] == 0x27 else { return nil }
    let first = letter(bytes, place + 1, ignoresCase)
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return place + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return letter(bytes, place + 2, ignoresCase) == UInt8(ascii: "e") ? place + 3 : nil
    case UInt8(ascii: "l"): return letter(bytes, place + 2, ignoresCase) == UInt8(ascii: "l") ? place + 3 : nil
    default:
      let isLongS = ignoresCase && place + 2 < limit && bytes[place + 1] == 0xC5 && bytes[place + 2] == 0xBF
      return isLongS ? place + 3 : nil
    }
  }

  private func letter(_ bytes: Span<UInt8>, _ place: Int, _ ignoresCase: Bool) -> UInt8 {
    guard place < limit else { return 0 }
    let byte = bytes[place]
    return ignoresCase && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// The character at `place`; `bytes` must be valid UTF-8.
  static func scalar(_ bytes: Span<UInt8>, _ place: Int) -> Unicode.Scalar {
    let lead = UInt32(bytes[place])
    if lead < 0x80 { return Unicode.Scalar(UInt8(truncatingIfNeeded: lead)) }
    let value: UInt32
    if lead < 0xE0 {
      value = (lead & 0x1F) << 6 | tail(bytes, place + 1)
    } else if lead < 0xF0 {
      value = (lead & 0x0F) << 12 | tail(bytes, place + 1) << 6 | tail(bytes, place + 2)
    } else {
      value =
        (lead & 0x07) << 18 | tail(bytes, place + 1) << 12 | tail(bytes, place + 2) << 6 | tail(bytes, place + 3)
    }
    guard let scalar = Unicode.Scalar(value) else { preconditionFailure("Text is valid UTF-8 only.") }
    return scalar
  }

  @inline(__always)
  private static func tail(_ bytes: Span<UInt8>, _ place: Int) -> UInt32 { UInt32(bytes[place] & 0x3F) }
}
