/// Merge rules of a byte-pair vocabulary, "left right", as three numbers each.
extension ByteTable {
  /// The parts of one rule, their union, and its rank: the place in the list.
  package struct Rule: Sendable, Equatable {
    package let left: Int32
    package let right: Int32
    package let union: Int32
    package let rank: UInt32

    package init(left: Int32, right: Int32, union: Int32, rank: UInt32) {
      self.left = left
      self.right = right
      self.union = union
      self.rank = rank
    }
  }

  /// A rule that names what is no key, by its place in the list.
  package struct BadRule: Error, Equatable {
    package let index: Int
  }

  /// One part of a rule on its way through the stages of a search.
  private struct Part {
    var start: Int
    var count: Int
    var front: ByteHash.Front
    var code: UInt64
    var number: Int32 = -1
    var slot: UInt32 = 0
  }

  /// Rules that are read together: the parts of one are independent of those of the next, so memory is asked for many
  /// at once.
  private static let block = 64

  /// The rules of a list in order; the first space that is not in front divides a rule.
  ///
  /// Trained vocabularies number the unions in the order of the rules, so the number after the previous union is tried
  /// before the table is searched. `numbers` are those that the table was made of.
  package func rules(_ list: TextList, among numbers: [Int32]) throws(BadRule) -> [Rule] {
    var members = [UInt64](repeating: 0, count: hasRepeats ? 0 : (texts.count + 63) / 64)
    if !hasRepeats {
      for number in numbers { members[Int(number) >> 6] |= 1 << UInt64(number & 63) }
    }
    var rules: [Rule] = []
    rules.reserveCapacity(list.count)
    var parts: [Part] = []
    parts.reserveCapacity(2 * Self.block)
    var union: [UInt8] = []
    for start in stride(from: 0, to: list.count, by: Self.block) {
      let end = min(start + Self.block, list.count)
      parts.removeAll(keepingCapacity: true)
      unsafe list.region.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        for index in start..<end {
          if unsafe !divide(list.range(of: index), bytes, into: &parts) { break }
        }
        unsafe search(base, &parts)
      }
      for index in start..<end {
        let place = 2 * (index - start)
        guard place + 1 < parts.count, parts[place].number >= 0, parts[place + 1].number >= 0 else {
          throw BadRule(index: index)
        }
        let next = (rules.last?.union ?? -1) + 1
        let (left, right) = (parts[place], parts[place + 1])
        if Int(next) >> 6 < members.count, members[Int(next) >> 6] >> UInt64(next & 63) & 1 != 0,
          isUnion(Int(next), left.start, left.count, right.start, right.count, list.region)
        {
          rules.append(
            Rule(left: left.number, right: right.number, union: next, rank: UInt32(truncatingIfNeeded: index)))
          continue
        }
        guard left.count + right.count <= longestKey else { throw BadRule(index: index) }
        union.removeAll(keepingCapacity: true)
        union += list.region.array(in: left.start..<(left.start + left.count))
        union += list.region.array(in: right.start..<(right.start + right.count))
        guard let number = find(union) else { throw BadRule(index: index) }
        rules.append(
          Rule(left: left.number, right: right.number, union: number, rank: UInt32(truncatingIfNeeded: index)))
      }
    }
    return rules
  }

  /// Adds the two parts of a rule, or returns false where no space divides it.
  @inline(__always)
  private func divide(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer, into parts: inout [Part]) -> Bool {
    guard let base = bytes.baseAddress, let space = unsafe Self.space(range, bytes) else { return false }
    let (left, right) = (space - range.lowerBound, range.upperBound - space - 1)
    unsafe add(base + range.lowerBound, range.lowerBound, left, bytes.count, to: &parts)
    unsafe add(base + (space + 1), space + 1, right, bytes.count, to: &parts)
    return true
  }

  @inline(__always)
  private func add(_ start: UnsafeRawPointer, _ place: Int, _ count: Int, _ end: Int, to parts: inout [Part]) {
    let front = unsafe ByteHash.Front(start, count, available: end - place)
    parts.append(Part(start: place, count: count, front: front, code: unsafe hash(front, start, count)))
  }

  /// The first space behind the first byte: eight bytes are looked at together.
  @inline(__always)
  private static func space(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Int? {
    var place = range.lowerBound + 1
    while place < range.upperBound {
      if bytes.count - place >= 8 {
        let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        let zeros = word ^ 0x2020_2020_2020_2020
        let found = (zeros &- 0x0101_0101_0101_0101) & ~zeros & 0x8080_8080_8080_8080
        if found != 0 {
          place += found.trailingZeroBitCount / 8
          return place < range.upperBound ? place : nil
        }
        place += 8
      } else {
        if unsafe bytes[place] == 0x20 { return place }
        place += 1
      }
    }
    return nil
  }

  /// Searches all parts, a stage at a time.
  private func search(_ base: UnsafeRawPointer, _ parts: inout [Part]) {
    for index in parts.indices {
      parts[index].slot = slots[Int(truncatingIfNeeded: parts[index].code) & (slots.count - 1)]
    }
    unsafe texts.region.withUnsafeBytes { bytes in
      for index in parts.indices {
        let part = parts[index]
        let number = Int(part.slot & 0xFF_FFFF)
        let isFirst =
          unsafe part.slot != 0 && part.slot >> 24 == Self.tag(part.code) >> 24
          && Self.isKey(number, part.front, base + part.start, part.count, texts, skipped, bytes)
        parts[index].number =
          isFirst
          ? Int32(truncatingIfNeeded: number)
          : unsafe find(part.front, part.code, base + part.start, part.count, bytes) ?? -1
      }
    }
  }

  /// Whether key `number` is the two parts one behind the other.
  private func isUnion(
    _ number: Int, _ left: Int, _ leftCount: Int, _ right: Int, _ rightCount: Int, _ region: ByteRegion
  ) -> Bool {
    let range = texts.range(of: number)
    guard range.count == skipped + leftCount + rightCount else { return false }
    return unsafe texts.region.withUnsafeBytes { bytes in
      unsafe region.withUnsafeBytes { rules in
        guard let base = bytes.baseAddress, let rule = rules.baseAddress else { return false }
        let key = unsafe base + (range.lowerBound + skipped)
        return unsafe Self.areEqual(key, rule + left, leftCount)
          && Self.areEqual(key + leftCount, rule + right, rightCount)
      }
    }
  }
}
