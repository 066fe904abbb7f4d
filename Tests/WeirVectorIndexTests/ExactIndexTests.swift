import Synchronization
import Testing
import WeirTestSupport

@testable import WeirVectorIndex

@Suite struct ExactIndexTests {
  @Test(arguments: [3, 16, 17, 100])
  func `it keeps the rules of every index`(dimension: Int) throws {
    try VectorIndexConformance.checkRules(ExactIndex(dimension: dimension, capacity: 100))
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `it finds what a plain search finds`(seed: UInt64) throws {
    try VectorIndexConformance.checkAgainstModel(ExactIndex(dimension: 5, capacity: 1_000), capacity: 1_000, seed: seed)
  }

  @Test func `beyond its capacity the oldest leave`() throws {
    try VectorIndexConformance.checkAgainstModel(ExactIndex(dimension: 5, capacity: 50), capacity: 50, seed: 9)
  }

  @Test func `chunks fill, shrink and refill`() throws {
    let index = ExactIndex(dimension: 2, capacity: 10_000)
    for id in 0..<1_000 as Range<Int64> { try index.insert(id, partition: "p", vector: [1, 0]) }
    for id in stride(from: Int64(0), to: 1_000, by: 2) { index.remove(id) }
    #expect(index.count == 500)
    #expect(try index.search(partition: "p", query: [1, 0], count: 3).map(\.id) == [1, 3, 5])
    for id in 0..<1_000 as Range<Int64> { index.remove(id) }
    #expect(try index.search(partition: "p", query: [1, 0], count: 3) == [])
  }

  @Test func `searches see whole states while a writer works`() async throws {
    let index = ExactIndex(dimension: 4, capacity: 300)
    let vectors: [[Float]] = [[1, 0, 0, 0], [0, 1, 0, 0]]
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for id in 0..<2_000 as Range<Int64> {
          do {
            try index.insert(id, partition: "p", vector: vectors[Int(id % 2)])
            if id % 3 == 0 { index.remove(id - 1) }
          } catch { Issue.record(error) }
        }
      }
      for _ in 0..<2 {
        group.addTask {
          for _ in 0..<300 {
            do {
              let matches = try index.search(partition: "p", query: vectors[0], count: 10)
              #expect(matches.allSatisfy { $0.similarity == ($0.id % 2 == 0 ? 1 : 0) })
              #expect(Set(matches.map(\.id)).count == matches.count)
            } catch { Issue.record(error) }
          }
        }
      }
    }
  }
}
