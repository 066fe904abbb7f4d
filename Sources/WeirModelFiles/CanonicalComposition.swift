@_spi(_Unicode) import Swift

/// Normalization form C of Unicode 9, with which some byte-level tokenizers begin.
///
/// Time is n log n for n characters also where the text is one long run of marks, for which the standard library's
/// takes n squared.
enum CanonicalComposition {
  /// Longer runs without a character that stays are composed here, shorter ones by the standard library.
  static let longestShortRun = 48

  /// The composed text, or nil where it is composed already as far as a look at its characters shows.
  static func composed(_ text: String) -> String? {
    let bytes = text.utf8.span
    guard var other = nextOther(bytes, from: 0) else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var place = 0
    while true {
      for index in place..<other.lastStart { result.append(bytes[index]) }
      place = other.lastStart
      // From the character in front of the one that may join it up to the next place where the text may be divided.
      var run: [Unicode.Scalar] = []
      var wasStable = false
      while place < bytes.count {
        let scalar = PieceScanner.scalar(bytes, place)
        let isStable = isStable(scalar)
        // Calls of the standard library are worth some characters at once.
        if isStable, place > other.place, wasStable || run.count >= longestShortRun / 2 { break }
        place += UTF8.width(scalar)
        wasStable = isStable
        if isStable || UnicodeClasses.isKnown(scalar, 9) {
          run.append(scalar)
        } else {
          // Not assigned then: it neither combines with its neighbours nor lets them pass.
          flush(&run, into: &result)
          result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }
      }
      flush(&run, into: &result)
      guard let next = nextOther(bytes, from: place) else { break }
      other = next
    }
    for index in place..<bytes.count { result.append(bytes[index]) }
    return String(decoding: result, as: UTF8.self)
  }

  /// The next character that is not stable, and where the one in front of it begins.
  private static func nextOther(_ bytes: Span<UInt8>, from start: Int) -> (lastStart: Int, place: Int)? {
    var place = start
    var lastStart = start
    while place < bytes.count {
      if bytes[place] < 0x80 {
        lastStart = place
        place += 1
        continue
      }
      let scalar = PieceScanner.scalar(bytes, place)
      if !isStable(scalar) { return (lastStart, place) }
      lastStart = place
      place += UTF8.width(scalar)
    }
    return nil
  }

  private static func flush(_ run: inout [Unicode.Scalar], into result: inout [UInt8]) {
    if run.isEmpty { return }
    if run.count <= longestShortRun {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: run)
      for scalar in String(view)._nfc { result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter }
    } else {
      for scalar in composedRun(run) { result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter }
    }
    run.removeAll(keepingCapacity: true)
  }

  /// Characters that are their own composed form, begin a run and never join what stands before them.
  ///
  /// Not all of them: blocks that texts are written in. A test holds them against the standard library.
  static func isStable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x300, 0x388...0x482, 0x48A...0x52F, 0x5D0...0x5EA, 0x620...0x64A, 0x671...0x6D5, 0x904...0x939,
      0xE01...0xE30, 0x10A0...0x10FF, 0x1E00...0x1EFF, 0x2002...0x20BE, 0x212C...0x2328, 0x232B...0x2ADB,
      0x3001...0x3029, 0x3041...0x3096, 0x30A1...0x30FF, 0x3105...0x312D, 0x3131...0x318E, 0x3400...0x4DB5,
      0x4E00...0x9FD5, 0xAC00...0xD7A3, 0xE000...0xF8FF, 0xFE00...0xFE0F, 0xFF01...0xFFBE, 0x1F000...0x1FAFF:
      true
    default: false
    }
  }

  /// The composition algorithm of UAX 15 on one run, with pairs composed by the standard library.
  static func composedRun(_ run: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let parts = ordered(run.flatMap { (0x300...0x33F).contains($0.value) ? [$0] : Array(String($0)._nfd) })
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(parts.count)
    var starter: Int?
    var lastClass: UInt8 = 0
    for (scalar, order) in parts {
      // Blocked: a character of the same or a higher class stands between, or another starter that did not join.
      let isAdjacent = starter.map { $0 == result.count - 1 } ?? false
      if let starter, isAdjacent || (lastClass != 0 && lastClass < order),
        let joined = pair(result[starter], scalar)
      {
        result[starter] = joined
        continue
      }
      if order == 0 { starter = result.count }
      lastClass = order
      result.append(scalar)
    }
    return result
  }

  /// Marks between two starters by class, within a class as written.
  private static func ordered(_ scalars: [Unicode.Scalar]) -> [(Unicode.Scalar, UInt8)] {
    var parts = scalars.map { ($0, UnicodeClasses.combiningClass($0)) }
    var start = 0
    while start < parts.count {
      var end = start
      while end < parts.count, parts[end].1 != 0 { end += 1 }
      if end - start > 1 {
        // The standard library's sort is stable in fact, not by promise: the place decides between equals.
        let sorted = parts[start..<end].enumerated().sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
        for (offset, part) in sorted.enumerated() { parts[start + offset] = part.element }
      }
      start = end + 1
    }
    return parts
  }

  /// The one character that two become, or nil.
  private static func pair(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    var view = String.UnicodeScalarView()
    view.append(first)
    view.append(second)
    let joined = Array(String(view)._nfc)
    return joined.count == 1 ? joined[0] : nil
  }
}
