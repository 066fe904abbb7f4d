import Testing
import WeirTestSupport

@testable import WeirVectorIndex

extension PartitionKey: ExpressibleByStringLiteral {
  public init(stringLiteral name: String) { self.init(name.utf8) }
}

/// What every implementation of `VectorIndex` must do; each one's tests run it.
enum VectorIndexConformance {
  static func unit(_ count: Int, _ random: inout SeededRandom) -> [Float] {
    let values = (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length == 0 ? unit(count, &random) : values.map { $0 / length }
  }

  /// Refusals, replacement, removal, hard partitions.
  ///
  /// `tolerance` is how far similarities may be from the exact ones.
  static func checkRules(_ index: any VectorIndex, tolerance: Float = 0) throws {
    let axes = (0..<3).map { axis in (0..<index.dimension).map { Float($0 == axis ? 1 : 0) } }
    #expect(index.count == 0)
    #expect(try index.search(partition: "p", query: axes[0], count: 3) == [])
    #expect(throws: VectorIndexFailure.dimension(found: 1, expected: index.dimension)) {
      try index.insert(1, partition: "p", vector: [1])
    }
    #expect(throws: VectorIndexFailure.dimension(found: 0, expected: index.dimension)) {
      try index.search(partition: "p", query: [], count: 1)
    }
    for bad in [0, 2, Float.nan, .infinity] {
      #expect(throws: VectorIndexFailure.self) {
        try index.insert(1, partition: "p", vector: axes[0].map { $0 * bad })
      }
    }
    #expect(index.count == 0)
    try index.insert(1, partition: "p", vector: axes[0])
    try index.insert(2, partition: "p", vector: axes[1])
    try index.insert(3, partition: "q", vector: axes[0])
    #expect(try index.search(partition: "p", query: axes[0], count: 5).map(\.id) == [1, 2])
    let best = try index.search(partition: "p", query: axes[0], count: 1)
    #expect(best.map(\.id) == [1] && best.allSatisfy { abs($0.similarity - 1) <= tolerance })
    #expect(try index.search(partition: "p", query: axes[0], count: 0) == [])
    #expect(try index.search(partition: "", query: axes[0], count: 5) == [])
    // The same id again: another place, another vector, still one.
    try index.insert(1, partition: "q", vector: axes[1])
    #expect(index.count == 3)
    #expect(try index.search(partition: "p", query: axes[0], count: 5).map(\.id) == [2])
    #expect(try index.search(partition: "q", query: axes[1], count: 5).map(\.id) == [1, 3])
    let removals = [try index.remove(1), try index.remove(1), try index.remove(99)]
    #expect(removals == [true, false, false])
    #expect(index.count == 2)
  }

  /// Random operations beside a plain dictionary; `recall` is the least share of true neighbours to be found.
  static func checkAgainstModel(
    _ index: any VectorIndex, capacity: Int, seed: UInt64, recall: Double = 1, tolerance: Float = 1e-4,
    steps: Int = 600, after: (Int) throws -> Void = { _ in }
  ) throws {
    var random = SeededRandom(seed: seed)
    var model: [Int64: (partition: PartitionKey, vector: [Float], age: Int)] = [:]
    var (found, wanted) = (0, 0)
    for step in 0..<steps {
      let id = Int64.random(in: 1...400, using: &random)
      let partition: PartitionKey = ["a", "b", "c"].randomElement(using: &random) ?? "a"
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<5:
        let vector = unit(index.dimension, &random)
        var expected: [Int64] = []
        model[id] = nil
        while model.count >= capacity, let oldest = model.min(by: { $0.value.age < $1.value.age }) {
          model[oldest.key] = nil
          expected.append(oldest.key)
        }
        #expect(try index.insert(id, partition: partition, vector: vector) == expected, "seed \(seed) step \(step)")
        model[id] = (partition, vector, step)
      case 5..<7:
        #expect(try index.remove(id) == (model.removeValue(forKey: id) != nil), "seed \(seed) step \(step)")
      default:
        let query = unit(index.dimension, &random)
        let exact = model.filter { $0.value.partition == partition }
          .map { VectorMatch(id: $0.key, similarity: zip($0.value.vector, query).reduce(0) { $0 + $1.0 * $1.1 }) }
          .sorted { ($0.similarity, $1.id) > ($1.similarity, $0.id) }.prefix(5)
        let result = try index.search(partition: partition, query: query, count: 5)
        #expect(result.count == exact.count)
        found += Set(result.map(\.id)).intersection(exact.map(\.id)).count
        wanted += exact.count
        for match in result {
          guard let entry = model[match.id], entry.partition == partition else {
            Issue.record("seed \(seed) step \(step): an entry that is not there was found")
            continue
          }
          #expect(abs(zip(entry.vector, query).reduce(0) { $0 + $1.0 * $1.1 } - match.similarity) <= tolerance)
        }
      }
      #expect(index.count == model.count)
      try after(step)
    }
    #expect(Double(found) >= recall * Double(wanted))
  }
}
