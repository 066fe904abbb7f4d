/// A hash table from byte strings that lie in a region to numbers: the vocabulary of a tokenizer.
///
/// Strings are compared byte by byte, never as `String`, whose equality takes canonically equivalent texts for the
/// same. Keys are not copied; an entry costs 16 bytes and two slots. Lookup cost is one hash (SipHash, seeded per
/// process, so that a hostile vocabulary cannot choose colliding keys) and usually one comparison.
package struct ByteTable: Sendable {
  package struct Entry: Sendable {
    package let range: Range<Int>
    package let value: Int32

    package init(range: Range<Int>, value: Int32) {
      self.range = range
      self.value = value
    }
  }

  private let region: ByteRegion
  private let entries: [Entry]
  /// Index into `entries`, -1 where free; a power of two, at most half full.
  private let slots: [Int32]
  /// Length in bytes of the longest key.
  package let longestKey: Int

  /// Where a key occurs twice the later entry wins, as in the reference tokenizers.
  ///
  /// Ranges must lie in `region`.
  package init(region: ByteRegion, entries: [Entry]) {
    precondition(entries.count < Int(Int32.max) / 4, "A table holds fewer than 2^29 entries.")
    var size = 16
    while size < entries.count * 2 { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    unsafe region.withUnsafeBytes { bytes in
      for (index, entry) in entries.enumerated() {
        let key = unsafe UnsafeRawBufferPointer(rebasing: bytes[region.checked(entry.range)])
        var slot = unsafe Self.hash(key) & (size - 1)
        while slots[slot] >= 0 {
          let other = unsafe UnsafeRawBufferPointer(rebasing: bytes[entries[Int(slots[slot])].range])
          if unsafe Self.equal(key, other) { break }
          slot = (slot + 1) & (size - 1)
        }
        slots[slot] = Int32(index)
      }
    }
    self.region = region
    self.entries = entries
    self.slots = slots
    longestKey = entries.reduce(0) { max($0, $1.range.count) }
  }

  /// The value for `key[range]`, or nil.
  package func find(_ key: [UInt8], _ range: Range<Int>) -> Int32? {
    precondition(range.lowerBound >= 0 && range.upperBound <= key.count, "A key's range must lie inside its bytes.")
    return unsafe key.withUnsafeBytes { unsafe find(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  package func find(_ key: [UInt8]) -> Int32? { find(key, 0..<key.count) }

  /// The value for the bytes in `range` of the table's own region, or nil.
  package func find(inRegion range: Range<Int>) -> Int32? {
    unsafe region.withUnsafeBytes { unsafe find(UnsafeRawBufferPointer(rebasing: $0[region.checked(range)])) }
  }

  private func find(_ key: UnsafeRawBufferPointer) -> Int32? {
    if key.count > longestKey { return nil }
    var slot = unsafe Self.hash(key) & (slots.count - 1)
    return unsafe region.withUnsafeBytes { bytes in
      while slots[slot] >= 0 {
        let entry = entries[Int(slots[slot])]
        if entry.range.count == key.count,
          unsafe Self.equal(key, UnsafeRawBufferPointer(rebasing: bytes[entry.range]))
        {
          return entry.value
        }
        slot = (slot + 1) & (slots.count - 1)
      }
      return nil
    }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    unsafe hasher.combine(bytes: bytes)
    return hasher.finalize() & Int.max
  }

  private static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    unsafe left.count == right.count && left.elementsEqual(right)
  }
}
