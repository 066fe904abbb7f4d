/// A hash table from texts of a list to their numbers in it: the vocabulary of a tokenizer.
///
/// Texts are compared byte by byte, never as `String`, whose equality takes canonically equivalent texts for the
/// same. Nothing is copied: a text costs a slot of four bytes in a table that is at most five eighths full. Eight bits
/// of the hash stand in the slot, so that a search reads texts that differ in one case of 256.
package struct ByteTable: Sendable {
  let texts: TextList
  /// Bytes at the front of every text that do not belong to its key.
  let skipped: Int
  /// Eight bits of the hash, never zero, over the text's number; zero where free. A power of two.
  let slots: [UInt32]
  /// Whether a key occurred twice.
  let hasRepeats: Bool
  /// Length in bytes of the longest key.
  package let longestKey: Int
  let hash = ByteHash()

  /// Numbers of texts are below this.
  package static let limit = 1 << 24

  /// Where a key occurs twice the later number wins, as in the reference tokenizers.
  ///
  /// `numbers` names the texts that belong to the table; a key is a text without its first `skipped` bytes, and every
  /// one must have them.
  package init(_ texts: TextList, skipping skipped: Int = 0, _ numbers: [Int32]) {
    precondition(texts.count <= Self.limit, "A table holds texts with numbers below 2^24.")
    var size = 16
    while size / 8 * 5 < numbers.count { size *= 2 }
    var slots = [UInt32](repeating: 0, count: size)
    var hasRepeats = false
    var longest = 0
    let hash = hash
    unsafe texts.region.withUnsafeBytes { bytes in
      var free = slots.mutableSpan
      for number in numbers {
        let range = texts.range(of: Int(number))
        precondition(range.count >= skipped, "A text must be as long as what is skipped of it.")
        guard let base = bytes.baseAddress else { return }
        let (start, count) = unsafe (base + (range.lowerBound + skipped), range.count - skipped)
        longest = max(longest, count)
        let available = bytes.count - range.lowerBound - skipped
        let front = unsafe ByteHash.Front(start, count, available: available)
        let code = unsafe hash(front, start, count)
        let tag = Self.tag(code)
        var slot = Int(truncatingIfNeeded: code) & (size - 1)
        while free[slot] != 0 {
          if free[slot] >> 24 == tag >> 24,
            unsafe Self.isKey(Int(free[slot] & 0xFF_FFFF), front, start, count, texts, skipped, bytes)
          {
            hasRepeats = true
            break
          }
          slot = (slot + 1) & (size - 1)
        }
        free[slot] = tag | UInt32(truncatingIfNeeded: number)
      }
    }
    self.texts = texts
    self.skipped = skipped
    self.slots = slots
    self.hasRepeats = hasRepeats
    longestKey = longest
  }

  /// Bytes that the table itself takes.
  package var byteCount: Int { slots.count * 4 }

  /// The number for `key[range]`, or nil.
  package func find(_ key: Span<UInt8>, _ range: Range<Int>) -> Int32? {
    precondition(range.lowerBound >= 0 && range.upperBound <= key.count, "A key's range must lie inside its bytes.")
    return unsafe key.withUnsafeBytes { bytes in
      unsafe find(bytes.baseAddress.map { unsafe $0 + range.lowerBound }, range.count, key.count - range.lowerBound)
    }
  }

  package func find(_ key: [UInt8]) -> Int32? { find(key.span, 0..<key.count) }

  /// The number for `count` bytes at `key`, or nil; there is memory for `available` bytes, and no pointer where none.
  func find(_ key: UnsafeRawPointer?, _ count: Int, _ available: Int) -> Int32? {
    guard count <= longestKey else { return nil }
    return unsafe texts.region.withUnsafeBytes { bytes in
      // An empty key is read nowhere.
      guard let key = unsafe key ?? bytes.baseAddress else { return nil }
      let front = unsafe ByteHash.Front(key, count, available: available)
      return unsafe find(front, hash(front, key, count), key, count, bytes)
    }
  }

  @inline(__always)
  func find(
    _ front: ByteHash.Front, _ code: UInt64, _ key: UnsafeRawPointer, _ count: Int, _ bytes: UnsafeRawBufferPointer
  ) -> Int32? {
    let tag = Self.tag(code)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: code) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 24 == tag >> 24 {
        let number = Int(slots[slot] & 0xFF_FFFF)
        if unsafe Self.isKey(number, front, key, count, texts, skipped, bytes) {
          return Int32(truncatingIfNeeded: number)
        }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Whether text `number` has this key; `bytes` are the texts' region.
  @inline(__always)
  static func isKey(
    _ number: Int, _ front: ByteHash.Front, _ key: UnsafeRawPointer, _ count: Int, _ texts: TextList, _ skipped: Int,
    _ bytes: UnsafeRawBufferPointer
  ) -> Bool {
    let range = texts.range(of: number)
    guard range.count - skipped == count, let base = bytes.baseAddress else { return false }
    let start = unsafe base + (range.lowerBound + skipped)
    let available = bytes.count - range.lowerBound - skipped
    guard unsafe ByteHash.Front(start, count, available: available) == front else { return false }
    return unsafe count <= 16 || areEqual(start + 16, key + 16, count - 16)
  }

  @inline(__always)
  static func tag(_ code: UInt64) -> UInt32 {
    let bits = UInt32(truncatingIfNeeded: code >> 32) & 0xFF00_0000
    return bits == 0 ? 0x0100_0000 : bits
  }

  @inline(__always)
  static func areEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
    if count >= 8 {
      var offset = 0
      while offset < count - 8 {
        if unsafe ByteHash.load64(left + offset) != ByteHash.load64(right + offset) { return false }
        offset += 8
      }
      return unsafe ByteHash.load64(left + (count - 8)) == ByteHash.load64(right + (count - 8))
    }
    if count >= 4 {
      return unsafe ByteHash.load32(left) == ByteHash.load32(right)
        && ByteHash.load32(left + (count - 4)) == ByteHash.load32(right + (count - 4))
    }
    for offset in 0..<count
    where unsafe left.load(fromByteOffset: offset, as: UInt8.self)
      != right.load(fromByteOffset: offset, as: UInt8.self)
    {
      return false
    }
    return true
  }
}
