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

  @Test func `the heap gives what scanning gives`() {
    var random = SeededRandom(seed: 11)
    for round in 0..<300 {
      let table = randomTable(&random)
      let symbols = (0..<Int.random(in: 2...60, using: &random)).map { _ in Int32.random(in: -1..<6, using: &random) }
      var scanned = symbols
      var heaped = symbols
      table.applyByScanning(&scanned)
      table.applyByHeap(&heaped)
      #expect(scanned == heaped, "round \(round)")
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
