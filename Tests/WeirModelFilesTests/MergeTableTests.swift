import Testing
import WeirTestSupport

@testable import WeirModelFiles

@Suite struct MergeTableTests {
  /// Rules over a few symbols: many ties, overlaps and rules that undo the order.
  private func randomTable(_ random: inout SeededRandom) -> MergeTable {
    var table = MergeTable(capacity: 64)
    for rank in 0..<UInt32.random(in: 1...40, using: &random) {
      table.add(
        Int32.random(in: 0..<6, using: &random), Int32.random(in: 0..<6, using: &random),
        MergeTable.Merge(rank: rank % 11, result: Int32.random(in: 0..<6, using: &random)))
    }
    return table
  }

  /// The definition: the rule of lowest rank, of equal ranks the leftmost, until none applies.
  private func naive(_ table: MergeTable, _ symbols: [Int32]) -> [Int32] {
    var symbols = symbols
    while true {
      let rules = zip(symbols, symbols.dropFirst()).enumerated().compactMap { place, pair in
        table.merge(pair.0, pair.1).map { (place: place, merge: $0) }
      }
      guard let best = rules.min(by: { ($0.merge.rank, $0.place) < ($1.merge.rank, $1.place) }) else { return symbols }
      symbols.replaceSubrange(best.place...(best.place + 1), with: [best.merge.result])
    }
  }

  @Test func `every pair is found and every other is not`() {
    var random = SeededRandom(seed: 13)
    var table = MergeTable(capacity: 4)
    var model: [[Int32]: MergeTable.Merge] = [:]
    for rank in 0..<5000 {
      let pair = [Int32.random(in: 0..<90, using: &random), Int32.random(in: 0..<90, using: &random)]
      let merge = MergeTable.Merge(rank: UInt32(rank), result: Int32.random(in: 0..<0xFF_FFFF, using: &random))
      table.add(pair[0], pair[1], merge)
      model[pair] = merge
    }
    for left in Int32(-2)..<91 {
      for right in Int32(-2)..<91 { #expect(table.merge(left, right) == model[[left, right]]) }
    }
  }

  @Test func `the heap and scanning give what the definition gives`() {
    var random = SeededRandom(seed: 11)
    var workspace = MergeWorkspace()
    for round in 0..<300 {
      let table = randomTable(&random)
      let symbols = (0..<Int.random(in: 2...60, using: &random)).map { _ in Int32.random(in: -1..<6, using: &random) }
      var scanned = symbols
      var heaped = symbols
      let start = Int.random(in: 0...min(3, symbols.count), using: &random)
      table.applyByScanning(&scanned, from: start, &workspace)
      table.applyByHeap(&heaped, from: start, &workspace)
      let expected = symbols[..<start] + naive(table, Array(symbols[start...]))
      #expect(scanned == Array(expected) && heaped == scanned, "round \(round)")
    }
  }

  @Test func `a heap gives its entries in order`() {
    var random = SeededRandom(seed: 12)
    var heap = RankHeap()
    var model: [UInt64] = []
    func draw() -> (UInt32, Int32) { (.random(in: 0..<9, using: &random), .random(in: 0..<100, using: &random)) }
    for _ in 0..<50 {
      let (rank, place) = draw()
      heap.add(rank, place)
      model.append(UInt64(rank) << 32 | UInt64(place))
    }
    heap.order()
    for _ in 0..<400 {
      if Bool.random(using: &random) {
        let (rank, place) = draw()
        heap.insert(rank, place)
        model.append(UInt64(rank) << 32 | UInt64(place))
      } else {
        model.sort(by: >)
        let expected = model.popLast()
        let found = heap.removeFirst()
        #expect(found.map { UInt64($0.rank) << 32 | UInt64($0.place) } == expected)
      }
    }
  }
}
