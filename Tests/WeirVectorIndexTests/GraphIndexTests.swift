import Foundation
import Synchronization
import Testing
import WeirTestSupport

@testable import WeirVectorIndex

@Suite struct GraphIndexTests {
  private let folder: PageFolder

  private final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
  }

  init() throws { folder = try PageFolder() }

  /// `scanLimit` 0 walks the graph of the smallest partition.
  private func open(
    _ dimension: Int, scanLimit: Int = 0, maximumBytes: Int = 1 << 26, fingerprint: UInt8 = 1
  ) throws -> GraphIndex {
    var options = GraphOptions()
    options.scanLimit = scanLimit
    options.constructionWidth = 80
    options.searchWidth = 80
    return try GraphIndex(
      path: folder.path, fingerprint: [UInt8](repeating: fingerprint, count: 32), dimension: dimension,
      maximumBytes: maximumBytes, options: options, seed: 5)
  }

  @Test(arguments: [3, 16, 64, 65, 384, 1_500], [0, 1_000])
  func `it keeps the rules of every index`(dimension: Int, scanLimit: Int) throws {
    try VectorIndexConformance.checkRules(open(dimension, scanLimit: scanLimit), tolerance: 1e-5)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64], [0, 1_000])
  func `it finds what a plain search finds, and its invariants hold after each change`(
    seed: UInt64, scanLimit: Int
  ) throws {
    let index = try open(7, scanLimit: scanLimit)
    try VectorIndexConformance.checkAgainstModel(
      index, capacity: 1_000, seed: seed, recall: scanLimit == 0 ? 0.98 : 0.97, tolerance: 0.02
    ) { step in
      #expect(index.brokenInvariants() == [], "seed \(seed) step \(step)")
    }
  }

  @Test func `what was there at a checkpoint is there after the next opening, and nothing of later`() throws {
    var random = SeededRandom(seed: 3)
    let vectors = (0..<400).map { _ in VectorIndexConformance.unit(32, &random) }
    var index: GraphIndex? = try open(32)
    #expect(index?.start == .created)
    for (id, vector) in vectors.enumerated() {
      try index?.insert(Int64(id + 1), partition: id % 3 == 0 ? "a" : "b", vector: vector)
    }
    try index?.remove(7)
    index?.setAppliedSequence(401)
    try index?.checkpoint()
    #expect(index?.unsavedPages == 0)
    try index?.remove(8)
    try index?.insert(900, partition: "a", vector: vectors[0])
    index = nil
    let again = try open(32)
    #expect(again.start == .continued && again.count == 399 && again.appliedSequence == 401)
    #expect(again.brokenInvariants() == [])
    for (id, vector) in vectors.enumerated() where id != 6 {
      let found = try again.search(partition: id % 3 == 0 ? "a" : "b", query: vector, count: 1)
      #expect(found.first?.id == Int64(id + 1))
    }
    #expect(try again.search(partition: "a", query: vectors[0], count: 400).allSatisfy { $0.id != 900 })
  }

  @Test func `vectors of another encoder are never compared`() throws {
    var index: GraphIndex? = try open(8)
    try index?.insert(1, partition: "p", vector: [1, 0, 0, 0, 0, 0, 0, 0])
    try index?.checkpoint()
    index = nil
    let other = try open(8, fingerprint: 2)
    #expect(other.count == 0 && other.start != .continued)
    #expect(try other.search(partition: "p", query: [1, 0, 0, 0, 0, 0, 0, 0], count: 1) == [])
  }

  @Test func `places of removed vectors are used again, and the file does not grow`() throws {
    let index = try open(24)
    var random = SeededRandom(seed: 8)
    for id in 1...1_000 as ClosedRange<Int64> {
      try index.insert(id, partition: "p", vector: VectorIndexConformance.unit(24, &random))
    }
    let full = index.fileBytes
    for id in 1_001...4_000 as ClosedRange<Int64> {
      try index.remove(id - 1_000)
      try index.insert(id, partition: "p", vector: VectorIndexConformance.unit(24, &random))
    }
    #expect(index.count == 1_000)
    #expect(index.fileBytes <= full * 5 / 4, "\(index.fileBytes) bytes, \(full) before")
    try index.sweepNow()
    #expect(index.removedCount == 0 && index.brokenInvariants() == [])
  }

  @Test func `a partition that is emptied leaves nothing behind`() throws {
    let index = try open(16)
    var random = SeededRandom(seed: 2)
    var bytes = 0
    for round in 0..<12 {
      let key = PartitionKey("round \(round)".utf8)
      for id in 1...300 as ClosedRange<Int64> {
        try index.insert(id, partition: key, vector: VectorIndexConformance.unit(16, &random))
      }
      for id in 1...300 as ClosedRange<Int64> { try index.remove(id) }
      try index.sweepNow()
      #expect(index.count == 0 && index.brokenInvariants() == [])
      if round == 3 { bytes = index.fileBytes }
    }
    #expect(index.fileBytes == bytes)
  }

  /// Vectors around `centres`, as prompts of a few topics lie.
  private func topics(_ count: Int, of centres: Int, _ random: inout SeededRandom) -> [[Float]] {
    let middles = (0..<centres).map { _ in VectorIndexConformance.unit(32, &random) }
    return (0..<count).map { number in
      let noise = VectorIndexConformance.unit(32, &random)
      let mixed = zip(middles[number % centres], noise).map { $0 + 0.5 * $1 }
      let length = mixed.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return mixed.map { $0 / length }
    }
  }

  @Test(arguments: [1, 8]) func `a topic that is removed and stored again is found again`(centres: Int) throws {
    let index = try open(32)
    var random = SeededRandom(seed: 31)
    // Others, so that no sweep is due while the topic is away.
    for (number, vector) in topics(4_000, of: 20, &random).enumerated() {
      try index.insert(Int64(100_000 + number), partition: "others", vector: vector)
    }
    let vectors = topics(400, of: centres, &random)
    for (id, vector) in vectors.enumerated() { try index.insert(Int64(id + 1), partition: "p", vector: vector) }
    // All of the first topic: the whole partition where there is one.
    let topic = vectors.indices.filter { $0 % centres == 0 }
    for id in topic { try index.remove(Int64(id + 1)) }
    for id in topic { try index.insert(Int64(id + 1_001), partition: "p", vector: vectors[id]) }
    func found() throws -> Int {
      try topic.count { try index.search(partition: "p", query: vectors[$0], count: 1).first?.id == Int64($0 + 1_001) }
    }
    #expect(index.removedCount == topic.count, "no sweep yet")
    #expect(try found() >= topic.count - 1)
    try index.sweepNow()
    #expect(index.removedCount == 0 && index.brokenInvariants() == [])
    #expect(try found() >= topic.count - 1)
    #expect(index.unreachable(in: "p") == 0)
  }

  @Test func `what is left of a partition stays connected`() throws {
    let index = try open(32)
    var random = SeededRandom(seed: 41)
    let vectors = topics(900, of: 6, &random)
    for (id, vector) in vectors.enumerated() { try index.insert(Int64(id + 1), partition: "p", vector: vector) }
    for share in [2, 3, 10] {
      for id in vectors.indices where id % share != 0 { try index.remove(Int64(id + 1)) }
      try index.sweepNow()
      #expect(index.brokenInvariants() == [] && index.unreachable(in: "p") == 0)
    }
  }

  @Test func `a full file refuses more and keeps what it has`() throws {
    let index = try open(64, maximumBytes: 256 * 4096)
    var random = SeededRandom(seed: 4)
    var stored = 0
    #expect(throws: PageFileFailure.self) {
      for id in 1...10_000 as ClosedRange<Int64> {
        try index.insert(id, partition: "p", vector: VectorIndexConformance.unit(64, &random))
        stored += 1
      }
    }
    #expect(stored > 100 && index.count == stored)
    #expect(index.brokenInvariants() == [])
    // Room that is made is used.
    for id in 1...stored where id % 2 == 0 { try index.remove(Int64(id)) }
    for id in 1...stored / 4 {
      try index.insert(Int64(20_000 + id), partition: "p", vector: VectorIndexConformance.unit(64, &random))
    }
    #expect(index.count == stored - stored / 2 + stored / 4)
    #expect(index.brokenInvariants() == [])
  }

  @Test func `searches go on while a writer turns everything over`() async throws {
    let index = try open(16)
    var random = SeededRandom(seed: 6)
    let vectors = (0..<3_000).map { _ in VectorIndexConformance.unit(16, &random) }
    for id in 0..<600 { try index.insert(Int64(id + 1), partition: id % 2 == 0 ? "a" : "b", vector: vectors[id]) }
    let done = Flag()
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { done.isSet.store(true, ordering: .relaxed) }
        do {
          for id in 600..<3_000 {
            try index.remove(Int64(id - 599))
            try index.insert(Int64(id + 1), partition: id % 2 == 0 ? "a" : "b", vector: vectors[id])
            if id % 500 == 0 { try index.checkpoint() }
          }
        } catch { Issue.record(error) }
      }
      for reader in 0..<2 {
        group.addTask {
          var query = reader
          while !done.isSet.load(ordering: .relaxed) {
            query = (query + 7) % 3_000
            do {
              let key: PartitionKey = query % 2 == 0 ? "a" : "b"
              let matches = try index.search(partition: key, query: vectors[query], count: 10)
              // Ids of "a" are odd. Who is found belongs to the partition that was asked for.
              #expect(matches.allSatisfy { ($0.id % 2 == 1) == (query % 2 == 0) })
              #expect(Set(matches.map(\.id)).count == matches.count)
            } catch { Issue.record(error) }
          }
        }
      }
    }
    #expect(index.brokenInvariants() == [])
  }

  @Test func `damaged pages become misses`() throws {
    var random = SeededRandom(seed: 11)
    let vectors = (0..<600).map { _ in VectorIndexConformance.unit(48, &random) }
    var index: GraphIndex? = try open(48)
    for (id, vector) in vectors.enumerated() { try index?.insert(Int64(id + 1), partition: "p", vector: vector) }
    try index?.checkpoint()
    index = nil
    let path = folder.path
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for page in 1..<whole.count / 4096 {
      var damaged = whole
      damaged[page * 4096 + 64 + (page * 37) % 4000] ^= 0x10
      try damaged.write(to: URL(fileURLWithPath: path))
      let index = try open(48)
      var found = 0
      for (id, vector) in vectors.enumerated() {
        let matches = try index.search(partition: "p", query: vector, count: 1)
        if matches.first?.id == Int64(id + 1) { found += 1 }
        #expect(matches.allSatisfy { (1...600).contains($0.id) })
      }
      // What no search needed is looked at here.
      _ = index.brokenInvariants()
      #expect(index.isDamaged, "page \(page) was looked at")
      if index.memory.file.kind(of: page) == PageKind.vectors.rawValue { #expect(found < 600, "page \(page)") }
      _ = try? index.insert(1_000, partition: "p", vector: vectors[0])
      _ = try? index.remove(5)
    }
  }

  @Test func `recall stays after everything was replaced twice`() throws {
    var random = SeededRandom(seed: 21)
    let index = try open(32)
    // Clusters, as prompts have them.
    let centres = (0..<40).map { _ in VectorIndexConformance.unit(32, &random) }
    func draw() -> [Float] {
      let centre = centres[Int.random(in: 0..<40, using: &random)]
      let noise = VectorIndexConformance.unit(32, &random)
      let mixed = zip(centre, noise).map { $0 + 0.6 * $1 }
      let length = mixed.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return mixed.map { $0 / length }
    }
    var live: [Int64: [Float]] = [:]
    for id in 1...1_500 as ClosedRange<Int64> {
      let vector = draw()
      live[id] = vector
      try index.insert(id, partition: "p", vector: vector)
    }
    // A vector as near as the nearest, but for what rounding to codes may exchange, counts as it.
    func recall() throws -> Double {
      var found = 0
      for _ in 0..<200 {
        let query = draw()
        func similarity(_ vector: [Float]) -> Float { zip(vector, query).reduce(0) { $0 + $1.0 * $1.1 } }
        let best = live.values.reduce(-1) { max($0, similarity($1)) }
        let id = try index.search(partition: "p", query: query, count: 1).first?.id
        if let vector = id.flatMap({ live[$0] }), similarity(vector) >= best - 0.005 { found += 1 }
      }
      return Double(found) / 200
    }
    let before = try recall()
    for id in 1_501...4_500 as ClosedRange<Int64> {
      live[id - 1_500] = nil
      try index.remove(id - 1_500)
      let vector = draw()
      live[id] = vector
      try index.insert(id, partition: "p", vector: vector)
    }
    let after = try recall()
    #expect(before >= 0.98, "\(before)")
    #expect(after >= before - 0.01, "\(before), then \(after)")
  }
}
