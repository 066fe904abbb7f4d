/// Merge rules of a byte-pair vocabulary, "left right", as three numbers each.
extension ByteTable {
  /// The parts of one rule and their union.
  package struct Rule: Sendable, Equatable {
    package let left: Int32
    package let right: Int32
    package let union: Int32
  }

  /// A rule that names what is no key, by its place in the list.
  package struct BadRule: Error, Equatable {
    package let index: Int
  }

  /// One part of a rule on its way through the stages of a search.
  private struct Part {
    var start: Int
    var count: Int
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
        for index in start..<end where unsafe !divide(list.range(of: index), base, into: &parts) { return }
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
          rules.append(Rule(left: left.number, right: right.number, union: next))
          continue
        }
        guard left.count + right.count <= longestKey else { throw BadRule(index: index) }
        union.removeAll(keepingCapacity: true)
        union += list.region.array(in: left.start..<(left.start + left.count))
        union += list.region.array(in: right.start..<(right.start + right.count))
        guard let number = find(union) else { throw BadRule(index: index) }
        rules.append(Rule(left: left.number, right: right.number, union: number))
      }
    }
    return rules
  }

  /// Adds the two parts of a rule, or returns false where no space divides it.
  @inline(__always)
  private func divide(_ range: Range<Int>, _ base: UnsafeRawPointer, into parts: inout [Part]) -> Bool {
    var space = range.lowerBound + 1
    while space < range.upperBound, unsafe base.load(fromByteOffset: space, as: UInt8.self) != 0x20 { space += 1 }
    guard space < range.upperBound else { return false }
    let (left, right) = (space - range.lowerBound, range.upperBound - space - 1)
    parts.append(
      Part(start: range.lowerBound, count: left, code: unsafe hash(base + range.lowerBound, left)))
    parts.append(Part(start: space + 1, count: right, code: unsafe hash(base + (space + 1), right)))
    return true
  }

  /// Searches all parts, a stage at a time.
  private func search(_ base: UnsafeRawPointer, _ parts: inout [Part]) {
    for index in parts.indices {
      parts[index].slot = slots[Int(truncatingIfNeeded: parts[index].code) & (slots.count - 1)]
    }
    for index in parts.indices {
      let part = parts[index]
      parts[index].number =
        unsafe part.slot != 0 && part.slot >> 24 == Self.tag(part.code) >> 24
        && isKey(Int(part.slot & 0xFF_FFFF), base + part.start, part.count)
        ? Int32(truncatingIfNeeded: part.slot & 0xFF_FFFF) : find(base + part.start, part.count) ?? -1
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
