import Foundation
import Testing
import WeirDomain
import WeirStore
import WeirTestSupport
import WeirVectorIndex

@testable import WeirCache

@Suite final class DurableIndexTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let folder: URL
  private var path: String { folder.appendingPathComponent("index.weir").path }
  private let encoder = String(repeating: "ab", count: 32)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-index-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func openStore() throws -> Store {
    try Store.open(path: folder.appendingPathComponent("weir.sqlite").path, migrations: ResponseCache.migrations)
  }

  private func open(_ store: Store, encoder: String? = nil) throws -> ResponseCache {
    try ResponseCache.open(
      store: store, encoder: .init(fingerprint: encoder ?? self.encoder, dimension: 16), indexPath: path,
      clock: { 0 }, at: start)
  }

  private func vector(_ seed: Int) -> [Float] {
    var random = SeededRandom(seed: UInt64(seed))
    let values = (0..<16).map { _ in Float.random(in: -1...1, using: &random) }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }

  private func plan(_ number: Int, tenant: String = "t") -> CachePlan {
    CachePlan(
      RouteRequest(
        id: "r\(number)", messages: [ChatMessage(role: .user, content: "Tell me of rule \(number)")], tenant: tenant))
  }

  private func admit(_ cache: ResponseCache, _ numbers: Range<Int>, tenant: String = "t") throws {
    let changes = try cache.store.write { transaction in
      try numbers.map { number in
        try cache.admit(
          plan(number, tenant: tenant), CachedAnswer(text: "a\(number)", tier: .generator),
          embedding: Embedding(values: vector(number), encoder: cache.encoder ?? ""), at: start, in: transaction)
      }
    }
    for change in changes { try cache.apply(change) }
  }

  /// What the nearest neighbour of each is; the prompts are equal, so the guard lets it pass.
  private func answers(_ cache: ResponseCache, _ numbers: Range<Int>, tenant: String = "t") throws -> [String?] {
    try numbers.map { number in
      try cache.similar(
        plan(number, tenant: tenant), Embedding(values: vector(number), encoder: cache.encoder ?? ""), at: start
      ).hit?.answer.text
    }
  }

  @Test func `what was stored is found at once, and still after the index has taken it in`() throws {
    let store = try openStore()
    let cache = try open(store)
    try admit(cache, 0..<300)
    #expect(try answers(cache, 0..<300) == (0..<300).map { "a\($0)" })
    cache.flushIndex()
    let report = try #require(cache.indexReport)
    #expect(report.vectors == 300 && report.waiting == 0 && report.problem == nil)
    #expect(try answers(cache, 0..<300) == (0..<300).map { "a\($0)" })
    #expect(try cache.indexProblems() == [])
    cache.close()
  }

  @Test func `a process that ends at once loses nothing`() throws {
    let store = try openStore()
    do {
      let cache = try open(store)
      try admit(cache, 0..<100)
      // Too little to write the file for.
      cache.close()
    }
    let cache = try open(store)
    cache.flushIndex()
    #expect(try answers(cache, 0..<100) == (0..<100).map { "a\($0)" })
    #expect(try cache.indexProblems() == [])
    cache.saveIndex()
    #expect(try store.read { try ResponseCache.logExtent(in: $0).count } == 0)
    cache.close()
    let again = try open(store)
    #expect(try answers(again, 0..<100) == (0..<100).map { "a\($0)" })
    again.close()
  }

  @Test func `what another process stores or deletes is seen`() throws {
    let store = try openStore()
    let cache = try open(store)
    try admit(cache, 0..<50)
    cache.flushIndex()
    // A second process, which cannot own the index.
    let others = try openStore()
    let other = try open(others)
    #expect(other.indexNotice?.contains("belongs to") == true)
    #expect(try answers(other, 0..<50) == (0..<50).map { "a\($0)" })
    try admit(other, 50..<80)
    #expect(try answers(other, 50..<80) == (50..<80).map { "a\($0)" })
    cache.flushIndex()
    #expect(try answers(cache, 50..<80) == (50..<80).map { "a\($0)" })
    try other.purge(CacheSelection(), at: start)
    cache.flushIndex()
    #expect(cache.indexReport?.vectors == 0)
    #expect(try answers(cache, 0..<80).allSatisfy { $0 == nil })
    cache.close()
  }

  @Test func `a file that is lost, foreign or damaged is filled again`() throws {
    let store = try openStore()
    var cache: ResponseCache? = try open(store)
    try admit(try #require(cache), 0..<400)
    cache?.saveIndex()
    cache?.close()
    cache = nil
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    func check(_ what: String) throws {
      let cache = try open(store)
      // Once to meet the damage, once to mend it.
      _ = try answers(cache, 0..<400)
      _ = try cache.indexProblems()
      cache.flushIndex()
      #expect(try answers(cache, 0..<400) == (0..<400).map { "a\($0)" }, "\(what)")
      #expect(try cache.indexProblems() == [], "\(what)")
      cache.close()
    }
    try FileManager.default.removeItem(atPath: path)
    try check("lost")
    try Data("no index".utf8).write(to: URL(fileURLWithPath: path))
    try check("foreign")
    for page in stride(from: 1, to: whole.count / 4096, by: 5) {
      var damaged = whole
      damaged[page * 4096 + 700] ^= 0x40
      try damaged.write(to: URL(fileURLWithPath: path))
      try check("page \(page)")
    }
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    try check("cut")
  }

  @Test func `an older file is brought up to date, and one that missed changes is filled again`() throws {
    let store = try openStore()
    var cache: ResponseCache? = try open(store)
    try admit(try #require(cache), 0..<60)
    cache?.saveIndex()
    cache?.close()
    cache = nil
    let old = try Data(contentsOf: URL(fileURLWithPath: path))
    cache = try open(store)
    try cache?.purge(CacheSelection(ids: [1]), at: start)
    try admit(try #require(cache), 60..<90)
    cache?.saveIndex()
    cache?.close()
    cache = nil
    // The log of these changes is gone; the file of before them comes back.
    try old.write(to: URL(fileURLWithPath: path))
    let again = try open(store)
    again.flushIndex()
    #expect(try again.indexProblems() == [])
    #expect(again.indexReport?.vectors == 89)
    #expect(try answers(again, 1..<90) == (1..<90).map { "a\($0)" })
    again.close()
  }

  @Test func `tenants find their own, whatever lies nearer`() throws {
    let cache = try open(try openStore())
    try admit(cache, 0..<40, tenant: "one")
    try admit(cache, 20..<60, tenant: "two")
    cache.flushIndex()
    #expect(try answers(cache, 0..<60, tenant: "one") == (0..<60).map { $0 < 40 ? "a\($0)" : nil })
    #expect(try answers(cache, 0..<60, tenant: "two") == (0..<60).map { $0 < 20 ? nil : "a\($0)" })
    cache.close()
  }

  @Test func `vectors of another encoder are left out and stay in the database`() throws {
    let store = try openStore()
    var cache: ResponseCache? = try open(store)
    try admit(try #require(cache), 0..<30)
    cache?.saveIndex()
    cache?.close()
    cache = nil
    let other = try open(store, encoder: String(repeating: "cd", count: 32))
    other.flushIndex()
    #expect(other.indexReport?.vectors == 0 && other.indexReport?.ignored == 30)
    other.close()
  }
}
