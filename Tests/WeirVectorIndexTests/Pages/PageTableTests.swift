import Foundation
import Testing
import WeirTestSupport

@testable import WeirVectorIndex

@Suite struct PageTableTests {
  @Test func `random changes agree with a dictionary, also after the file is opened again`() throws {
    let folder = try PageFolder()
    var random = SeededRandom(seed: 3)
    var oracle: [UInt64: UInt32] = [:]
    var head = 0
    for round in 0..<6 {
      let file = try folder.open(maximumPages: 10_000)
      let table = round == 0 ? try PageTable.create(in: file, seed: 99) : PageTable(file: file, head: head)
      head = table.head
      #expect(table.count == oracle.count)
      for _ in 0..<2500 {
        // Neighbouring keys and far ones; a third of the operations removes.
        let key = Bool.random(using: &random) ? random.next() % 6000 : random.next() | 1 << 63
        if random.next() % 3 == 0 {
          let victim = random.next() % 6000
          #expect(try table.removeValue(for: victim) == oracle.removeValue(forKey: victim))
        } else {
          let value = UInt32.random(in: 0..<UInt32.max, using: &random)
          #expect(try table.setValue(value, for: key) == oracle.updateValue(value, forKey: key))
        }
      }
      expectEqual(table, oracle)
      for key in 0..<6000 as Range<UInt64> { #expect(table.value(for: key) == oracle[key]) }
      try file.checkpoint()
      expectEqual(table, oracle)
    }
  }

  private func expectEqual(_ table: PageTable, _ oracle: [UInt64: UInt32]) {
    var found: [UInt64: UInt32] = [:]
    table.forEach { key, value in found[key] = value }
    #expect(found == oracle && table.count == oracle.count)
    for (key, value) in oracle where table.value(for: key) != value { Issue.record("key \(key) is not found") }
  }

  @Test func `entries take at most 29 bytes of file, and 25 where the buckets are as full as at a hundred thousand`()
    throws
  {
    let folder = try PageFolder()
    let file = try folder.open(maximumPages: 10_000)
    let table = try PageTable.create(in: file, seed: 5)
    for key in 0..<12_500 as Range<UInt64> {
      try table.setValue(UInt32(key), for: key)
      // Just behind the mass of splits the buckets are half full.
      if key > 1200 { #expect(file.pageCount * 4096 <= 29 * Int(key) + 4 * 4096) }
    }
    // An eighth of 100 000: the same number of entries a bucket.
    #expect(table.count == 12_500 && file.pageCount * 4096 <= 2_500_000 / 8, "\(file.pageCount) pages")
    var probes = 0
    for key in 0..<12_500 as Range<UInt64> {
      #expect(table.value(for: key) == UInt32(key))
      let words = try #require(table.headWords)
      let hash = PageTable.hash(key, words.load64(PageTable.Offset.seed))
      let page = try #require(table.bucket(of: hash, words))
      probes += try #require(PageBucket(file, page)).probes(for: key, hash)
    }
    // Linear probing at a load of 0.6 looks at 1.75 slots in the mean.
    #expect(Double(probes) / 12_500 < 2.2, "\(Double(probes) / 12_500) slots in the mean")
  }
}
