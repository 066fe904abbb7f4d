/// Finds the longest key at a place of a text: WordPiece's greedy step.
///
/// A mask for every beginning of four bytes says which lengths keys with it have, so that about one length is looked
/// up where a word is a key itself, and few where it is not. The masks take four to eight bytes a key.
package struct PrefixTable: Sendable {
  private let table: ByteTable
  /// By `bucket`: bit n for keys of n bytes, from four; bit 31 for those of 31 and more.
  private let lengths: [UInt32]
  private let shift: UInt32
  /// By first byte: bits 1 to 3 for keys of so many bytes.
  private let shortLengths: [UInt8]

  package init(_ table: ByteTable, _ numbers: [Int32]) {
    var bits: UInt32 = 6
    while bits < 18, 1 << bits < numbers.count { bits += 1 }
    var lengths = [UInt32](repeating: 0, count: 1 << bits)
    var shortLengths = [UInt8](repeating: 0, count: 256)
    let shift = 32 - bits
    unsafe table.texts.region.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for number in numbers {
        let range = table.texts.range(of: Int(number)).dropFirst(table.skipped)
        if range.isEmpty { continue }
        let start = unsafe base + range.lowerBound
        if range.count < 4 {
          shortLengths[unsafe Int(start.load(as: UInt8.self))] |= 1 << UInt8(range.count)
        } else {
          lengths[unsafe Self.bucket(start, shift)] |= 1 << UInt32(min(range.count, 31))
        }
      }
    }
    self.table = table
    self.lengths = lengths
    self.shift = shift
    self.shortLengths = shortLengths
  }

  /// Bytes that the table takes besides its texts.
  package var byteCount: Int { table.byteCount + lengths.count * 4 + shortLengths.count }

  /// The longest key that `text[range]` begins with and that ends at a whole character of UTF-8: its number and where
  /// it ends; nil where no key does.
  package func longest(_ text: Span<UInt8>, _ range: Range<Int>) -> (number: Int32, end: Int)? {
    precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "A range must lie inside its bytes.")
    if range.isEmpty { return nil }
    return unsafe text.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let (start, count) = unsafe (base + range.lowerBound, range.count)
      let available = bytes.count - range.lowerBound
      if count >= 4 {
        let all = lengths[unsafe Self.bucket(start, shift)]
        if all >> 31 != 0 {
          var length = min(count, table.longestKey)
          while length >= 31 {
            if let number = unsafe find(start, length, of: count, available) {
              return (number, range.lowerBound + length)
            }
            length -= 1
          }
        }
        var mask = all & (count >= 30 ? UInt32.max >> 1 : (1 << UInt32(count + 1)) - 1)
        while mask != 0 {
          let length = 31 - mask.leadingZeroBitCount
          if let number = unsafe find(start, length, of: count, available) {
            return (number, range.lowerBound + length)
          }
          mask ^= 1 << UInt32(length)
        }
      }
      let short = shortLengths[unsafe Int(start.load(as: UInt8.self))]
      var length = min(count, 3)
      while length > 0 {
        if short >> UInt8(length) & 1 != 0, let number = unsafe find(start, length, of: count, available) {
          return (number, range.lowerBound + length)
        }
        length -= 1
      }
      return nil
    }
  }

  @inline(__always)
  private func find(_ start: UnsafeRawPointer, _ length: Int, of count: Int, _ available: Int) -> Int32? {
    if length < count, unsafe start.load(fromByteOffset: length, as: UInt8.self) & 0xC0 == 0x80 { return nil }
    return unsafe table.find(start, length, available)
  }

  /// Of the four bytes at `start`.
  @inline(__always)
  private static func bucket(_ start: UnsafeRawPointer, _ shift: UInt32) -> Int {
    Int((unsafe start.loadUnaligned(as: UInt32.self) &* 0x9E37_79B1) >> shift)
  }
}
