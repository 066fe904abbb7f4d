/// Texts that lie one behind the other in a region, each after its length as a 64-bit number, as GGUF stores them.
///
/// The places are found once, in one walk over the lengths; the texts stay where they are. Costs four bytes a text.
package struct TextList: Sendable {
  package let region: ByteRegion
  package let count: Int
  /// Where each text begins, and where one more would: a text ends eight bytes before the next begins.
  let starts: [UInt32]

  /// Nil where `count` texts do not lie in the region, or where it is of 4 GiB or more.
  package init?(region: ByteRegion, count: Int) {
    guard count >= 0, count <= region.count / 8, region.count < Int(UInt32.max) - 8 else { return nil }
    var isWhole = true
    let starts = unsafe region.withUnsafeBytes { bytes in
      unsafe [UInt32](unsafeUninitializedCapacity: count + 1) { starts, filled in
        var offset = 0
        for index in 0..<count {
          guard bytes.count - offset >= 8 else {
            isWhole = false
            return
          }
          let length = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
          offset += 8
          guard length <= UInt64(bytes.count - offset) else {
            isWhole = false
            return
          }
          unsafe starts.initializeElement(at: index, to: UInt32(truncatingIfNeeded: offset))
          filled = index + 1
          offset += Int(length)
        }
        unsafe starts.initializeElement(at: count, to: UInt32(truncatingIfNeeded: offset + 8))
        filled = count + 1
      }
    }
    guard isWhole else { return nil }
    self.region = region
    self.count = count
    self.starts = starts
  }

  /// Where the text lies in `region`.
  package func range(of index: Int) -> Range<Int> {
    precondition(index >= 0 && index < count, "A text's number must be below the number of texts.")
    return Int(starts[index])..<(Int(starts[index + 1]) - 8)
  }

  /// A copy of the text's bytes.
  package func bytes(of index: Int) -> [UInt8] { region.array(in: range(of: index)) }

  /// The first three bytes of a text as a little-endian number, and how many of the three there are.
  package struct Front: Sendable, Equatable {
    package let number: UInt32
    package let count: Int
  }

  package func front(of index: Int) -> Front {
    let range = range(of: index)
    return unsafe region.withUnsafeBytes { bytes in
      var number: UInt32 = 0
      let count = min(range.count, 3)
      for offset in 0..<count { number |= unsafe UInt32(bytes[range.lowerBound + offset]) << UInt32(8 * offset) }
      return Front(number: number, count: count)
    }
  }
}
