import Foundation
import Testing
import WeirDomain
import WeirStore

@testable import WeirCache

@Suite struct CacheLogTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)

  private func open(_ store: Store) throws -> ResponseCache {
    try ResponseCache.open(store: store, encoder: .init(fingerprint: "e1", dimension: 4), at: start)
  }

  @discardableResult
  private func admit(_ cache: ResponseCache, _ prompt: String) throws -> CacheChange {
    let request = RouteRequest(id: "r", messages: [ChatMessage(role: .user, content: prompt)])
    let change = try cache.store.write { transaction in
      try cache.admit(
        CachePlan(request), CachedAnswer(text: "so", tier: .generator),
        embedding: Embedding(values: [1, 0, 0, 0], encoder: "e1"), at: start, in: transaction)
    }
    try cache.apply(change)
    return change
  }

  private func changes(_ store: Store, after sequence: Int64 = 0, limit: Int = 100) throws
    -> [ResponseCache.VectorChange]
  {
    try store.read { try ResponseCache.changes(after: sequence, limit: limit, in: $0) }
  }

  @Test func `what comes and leaves is logged in order, with the vectors that are still there`() throws {
    let cache = try open(try Store.inMemory(migrations: ResponseCache.migrations))
    try admit(cache, "how do I pay")
    try admit(cache, "how do I leave")
    try cache.purge(CacheSelection(ids: [1]), at: start)
    let log = try changes(cache.store)
    #expect(log.map(\.sequence) == [1, 2, 3])
    #expect(log.map(\.entryID) == [1, 2, 1])
    #expect(log.map { $0.vector != nil } == [false, true, false])
    let vector = try #require(log[1].vector)
    #expect(VectorBytes.read(vector.bytes) == [1, 0, 0, 0])
    #expect(vector.encoder == "e1" && vector.partition.count == 32)
    #expect(try changes(cache.store, after: 1, limit: 1).map(\.sequence) == [2])
  }

  @Test func `a replaced answer is a removal and an insertion under a new id`() throws {
    let cache = try open(try Store.inMemory(migrations: ResponseCache.migrations))
    try admit(cache, "how do I pay")
    try admit(cache, "how do I pay")
    #expect(try changes(cache.store).map(\.entryID) == [1, 1, 2])
  }

  @Test func `a vector that changes, or whose entry leaves the semantic tier, is logged`() throws {
    let cache = try open(try Store.inMemory(migrations: ResponseCache.migrations))
    try admit(cache, "how do I pay")
    try cache.store.write { transaction in
      try transaction.execute("UPDATE cache_vector SET encoder = 'e2'")
      try transaction.execute("UPDATE cache_entry SET partition = NULL")
    }
    let log = try changes(cache.store)
    #expect(log.count == 4)
    #expect(log.allSatisfy { $0.entryID == 1 && $0.vector == nil })
  }

  @Test func `a transaction that fails logs nothing`() throws {
    struct Stop: Error {}
    let cache = try open(try Store.inMemory(migrations: ResponseCache.migrations))
    try admit(cache, "how do I pay")
    #expect(throws: Stop.self) {
      try cache.store.write { transaction in
        try transaction.execute("DELETE FROM cache_entry")
        throw Stop()
      }
    }
    #expect(try changes(cache.store).map { $0.vector != nil } == [true])
  }

  @Test func `trimmed rows are gone, later ones stay, and sequences are never used again`() throws {
    let store = try Store.inMemory(migrations: ResponseCache.migrations)
    let cache = try open(store)
    for prompt in ["how do I pay", "how do I leave", "how do I stay"] { try admit(cache, prompt) }
    #expect(try store.write { try ResponseCache.trimChanges(through: 2, in: $0) } == 2)
    #expect(try store.read { try ResponseCache.logExtent(in: $0) } == .init(first: 3, last: 3, count: 1))
    try store.write { _ = try ResponseCache.trimChanges(through: 3, in: $0) }
    #expect(try store.read { try ResponseCache.logExtent(in: $0) } == .init(first: nil, last: 3, count: 0))
    try admit(cache, "how do I sleep")
    #expect(try changes(store).map(\.sequence) == [4])
  }

  @Test func `entries from before there was a log are in it once`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "weir-log-\(UUID().uuidString)").path()
    defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
    let before = try Store.open(path: path, migrations: Array(ResponseCache.migrations.prefix(2)))
    try before.write { transaction in
      for id in [1, 2] {
        try transaction.execute(
          """
          INSERT INTO cache_entry (key, tenant, partition, prompt, answer, tier, prompt_tokens, completion_tokens,
            tokens_estimated, request_id, created_at, expires_at, used_at, bytes)
          VALUES (?, 't', x'01', 'p', 'a', 'generator', 1, 1, 0, 'r', 0, 1, 0, 100)
          """, [.blob([UInt8(id)])])
        try transaction.execute("INSERT INTO cache_vector VALUES (?, 'e1', x'00000000')", [.integer(id)])
      }
    }
    try before.close()
    let store = try Store.open(path: path, migrations: ResponseCache.migrations)
    defer { try? store.close() }
    #expect(try changes(store).map(\.entryID) == [1, 2])
    #expect(try changes(store).allSatisfy { $0.vector != nil })
    var ids: [Int64] = []
    try store.read { transaction in
      try ResponseCache.vectors(after: 1, limit: 5, in: transaction) { id, _ in ids.append(id) }
    }
    #expect(ids == [2])
  }
}
