/// A set of Unicode scalars as sorted ranges that neither touch nor overlap; surrogates are in no set.
package struct ScalarSet: Sendable, Hashable {
  package private(set) var ranges: [ClosedRange<UInt32>]

  package static let all = ScalarSet([0...0x10FFFF])
  package static let none = ScalarSet([])

  /// Ranges in any order; what is no scalar is left out.
  package init(_ ranges: [ClosedRange<UInt32>]) {
    var pieces: [ClosedRange<UInt32>] = []
    for range in ranges {
      if range.lowerBound < 0xD800 { pieces.append(range.lowerBound...min(range.upperBound, 0xD7FF)) }
      if range.upperBound > 0xDFFF, range.lowerBound <= 0x10FFFF {
        pieces.append(max(range.lowerBound, 0xE000)...min(range.upperBound, 0x10FFFF))
      }
    }
    pieces.sort { $0.lowerBound < $1.lowerBound }
    self.ranges = []
    for piece in pieces {
      if let last = self.ranges.last, piece.lowerBound <= last.upperBound + 1 {
        self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, piece.upperBound)
      } else {
        self.ranges.append(piece)
      }
    }
  }

  package init(_ scalars: String) {
    self.init(scalars.unicodeScalars.map { $0.value...$0.value })
  }

  package var isEmpty: Bool { ranges.isEmpty }

  package var complement: ScalarSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return ScalarSet(gaps)
  }

  package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }
  package func intersection(_ other: ScalarSet) -> ScalarSet { complement.union(other.complement).complement }
  package func subtracting(_ other: ScalarSet) -> ScalarSet { complement.union(other).complement }

  package func contains(_ scalar: UInt32) -> Bool {
    ranges.contains { $0.contains(scalar) }
  }
}
