/// The UTF-8 of ranges of scalars, as rows of byte ranges: a scalar of the set is one byte of each range of one row.
enum UTF8Sequences {
  typealias Row = [ClosedRange<UInt8>]

  static func rows(of set: ScalarSet) -> [Row] {
    var rows: [Row] = []
    for range in set.ranges {
      // Cut where the number of bytes changes.
      for (low, high) in [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xFFFF), (0x10000, 0x10FFFF)] as [(UInt32, UInt32)] {
        let from = max(range.lowerBound, low)
        let to = min(range.upperBound, high)
        if from <= to { split(from, to, into: &rows) }
      }
    }
    return rows
  }

  /// Both ends have the same number of bytes.
  private static func split(_ from: UInt32, _ to: UInt32, into rows: inout [Row]) {
    let first = encoded(from)
    let last = encoded(to)
    for trailing in 1..<max(first.count, 1) {
      let mask: UInt32 = 1 << UInt32(6 * trailing) - 1
      guard from & ~mask != to & ~mask else { continue }
      if from & mask != 0 {
        split(from, from | mask, into: &rows)
        return split((from | mask) + 1, to, into: &rows)
      }
      if to & mask != mask {
        split(from, (to & ~mask) - 1, into: &rows)
        return split(to & ~mask, to, into: &rows)
      }
    }
    rows.append(zip(first, last).map { $0...$1 })
  }

  private static func encoded(_ scalar: UInt32) -> [UInt8] {
    guard let scalar = Unicode.Scalar(scalar) else { preconditionFailure("a set of scalars holds scalars only") }
    return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}
