import Testing

@testable import WeirFiles

@Suite struct ByteTableTests {
  /// A list of texts as a model file has them.
  private func list(_ texts: [[UInt8]]) throws -> TextList {
    var bytes: [UInt8] = []
    for text in texts {
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: text.count >> shift)) }
      bytes += text
    }
    return try #require(TextList(region: ByteRegion(name: "texts", copying: bytes), count: texts.count))
  }

  private func table(_ texts: [[UInt8]], skipping: Int = 0) throws -> ByteTable {
    ByteTable(try list(texts), skipping: skipping, (0..<Int32(texts.count)).map { $0 })
  }

  /// Keys of every length up to 70 bytes over two letters, some twice.
  private func manyTexts() -> [[UInt8]] {
    var state: UInt32 = 7
    return (0..<4000).map { number in
      (0..<(number % 71)).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return 0x61 + UInt8(state >> 31)
      }
    }
  }

  @Test func `a list knows where its texts lie`() throws {
    let texts: [[UInt8]] = [[], [1], [2, 3], Array(repeating: 9, count: 300), []]
    let list = try list(texts)
    #expect((0..<5).map { list.bytes(of: $0) } == texts)
    #expect(list.front(of: 0) == TextList.Front(number: 0, count: 0))
    #expect(list.front(of: 2) == TextList.Front(number: 0x302, count: 2))
    #expect(list.front(of: 3) == TextList.Front(number: 0x90909, count: 3))
  }

  @Test func `lengths that leave the region are refused`() {
    func list(_ bytes: [UInt8], _ count: Int) -> TextList? {
      TextList(region: ByteRegion(name: "texts", copying: bytes), count: count)
    }
    let one: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 65]
    #expect(list(one, 1) != nil && list([], 0) != nil)
    #expect(list(one, 2) == nil && list(one, -1) == nil && list(Array(one.dropLast()), 1) == nil)
    #expect(list(Array(one.prefix(7)), 1) == nil)
    #expect(list([UInt8](repeating: 255, count: 16), 1) == nil)
    #expect(list([UInt8](repeating: 255, count: 7) + [127] + one, 2) == nil)
  }

  @Test func `every key is found and every other is not`() throws {
    let texts = manyTexts()
    let table = try table(texts)
    var model: [[UInt8]: Int32] = [:]
    for (number, text) in texts.enumerated() { model[text] = Int32(number) }
    #expect(table.hasRepeats && table.longestKey == 70)
    for text in texts {
      #expect(table.find(text) == model[text])
      for other in [text + [0x62], Array(text.dropLast()), text.map { $0 ^ 1 }] {
        #expect(table.find(other) == model[other])
      }
    }
    #expect(table.find(Array(repeating: 0x31, count: 1000)) == nil)
  }

  @Test func `tags differ as the hashes do`() {
    let tags = Set((UInt64(0)..<4096).map { ByteTable.tag($0 &* 0x9E37_79B9_7F4A_7C15) >> 24 })
    #expect(tags == Set(1...255))
  }

  @Test func `what is skipped does not belong to a key`() throws {
    let table = try table([Array("##ing".utf8), Array("##".utf8), Array("__ed".utf8)], skipping: 2)
    #expect(table.find(Array("ing".utf8)) == 0)
    #expect(table.find([]) == 1)
    #expect(table.find(Array("ed".utf8)) == 2)
    #expect(table.find(Array("##ing".utf8)) == nil)
  }

  @Test func `canonically equivalent texts are different keys`() throws {
    let table = try table([Array("é".utf8), Array("e\u{301}".utf8)])
    #expect(table.find(Array("é".utf8)) == 0)
    #expect(table.find(Array("e\u{301}".utf8)) == 1)
  }

  @Test func `an empty table finds nothing`() throws {
    let table = try table([])
    #expect(table.find([1]) == nil)
    #expect(table.find([]) == nil)
  }

  @Test func `the longest key at every place is found`() throws {
    var texts = manyTexts().filter { $0.count < 12 || $0.count > 60 }
    texts += ["a", "ä", "aä", "日", "日本", "b日"].map { Array($0.utf8) } + [Array("日".utf8.dropLast())]
    let numbers = (0..<Int32(texts.count)).map { $0 }
    let prefixes = PrefixTable(try table(texts), numbers)
    var model: [[UInt8]: Int32] = [:]
    for (number, text) in texts.enumerated() { model[text] = Int32(number) }
    let text = Array("abbaabababbbaaabaä日本b日本aaä日".utf8) + texts[700] + texts[701] + [0x61]
    for start in 0..<text.count {
      for end in start..<min(start + 75, text.count) {
        // A piece ends before a whole character or with the range.
        let lengths = (0...(end - start)).reversed().filter {
          $0 == end - start || text[start + $0] & 0xC0 != 0x80
        }
        let expected = lengths.first { $0 > 0 && model[Array(text[start..<(start + $0)])] != nil }
        let found = prefixes.longest(text.span, start..<end)
        #expect(found?.end == expected.map { start + $0 })
        #expect(found?.number == expected.flatMap { model[Array(text[start..<(start + $0)])] })
      }
    }
  }

  @Test func `rules are divided at the first space that is not in front`() throws {
    let texts = ["a", "b", "ab", "aba", " ", " b", "x"].map { Array($0.utf8) }
    let (table, numbers) = (try table(texts), (0..<Int32(texts.count)).map { $0 })
    let rules = try table.rules(try list(["a b", "ab a", "  b"].map { Array($0.utf8) }), among: numbers)
    #expect(
      rules == [
        .init(left: 0, right: 1, union: 2, rank: 0), .init(left: 2, right: 0, union: 3, rank: 1),
        .init(left: 4, right: 1, union: 5, rank: 2),
      ])
    for bad in ["", " ", "a", "ab", "a  b", "c b", "b a", "a b "] {
      #expect(throws: ByteTable.BadRule(index: 1), "\(bad)") {
        try table.rules(try list([Array("a b".utf8), Array(bad.utf8)]), among: numbers)
      }
    }
  }

  @Test func `of repeated unions the last is taken, and none that is not in the table`() throws {
    let texts = ["a", "b", "ab", "ab", "ba"].map { Array($0.utf8) }
    let list = try list(["a b", "b a"].map { Array($0.utf8) })
    let repeated = try table(texts).rules(list, among: [0, 1, 2, 3, 4])
    #expect(repeated.map(\.union) == [3, 4])
    let part = ByteTable(try self.list(texts), [0, 1, 2])
    #expect(throws: ByteTable.BadRule(index: 1)) { try part.rules(list, among: [0, 1, 2]) }
  }
}
