import Testing
import WeirDomain
import WeirStore

@testable import WeirCache

/// Listing, purging, counting and checking what is stored.
@Suite struct CacheSelectionTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let cache: ResponseCache

  init() throws {
    cache = try ResponseCache.open(
      store: Store.inMemory(migrations: ResponseCache.migrations), encoder: .init(fingerprint: "e1", dimension: 4),
      at: start)
    try admit("what is the price of a ticket", tags: ["prices"], model: "large", tier: .premium, cost: 50)
    try admit("what is the price of a meal", tags: ["prices", "food"], intent: "menu")
    try admit("how do I pay", tenant: "u", ttl: 1_000)
    try admit("how do I pay", source: "guide.md")
  }

  private func admit(
    _ prompt: String, tags: [String] = [], tenant: String = "t", model: String? = nil, intent: String? = nil,
    tier: Tier = .generator, cost: Int64? = nil, ttl: Int64? = nil, source: String? = nil
  ) throws {
    let request = RouteRequest(
      id: "r", messages: [ChatMessage(role: .user, content: prompt)], tenant: tenant,
      cacheTerms: CacheTerms(lifetimeMilliseconds: ttl, tags: tags))
    let citations = source.map { [Citation(number: 1, source: $0, firstLine: 1, lastLine: 2, score: 1)] } ?? []
    let change = try cache.store.write { transaction in
      try cache.admit(
        CachePlan(request),
        CachedAnswer(
          text: "so", tier: tier, model: model, intent: intent, cost: cost.map { Money(picodollars: $0) },
          citations: citations),
        embedding: Embedding(values: [1, 0, 0, 0], encoder: "e1"), at: start, in: transaction)
    }
    try cache.apply(change)
  }

  private func ids(
    newestFirst: Bool = false, limit: Int = .max, _ change: (inout CacheSelection) -> Void
  ) throws -> [Int64] {
    var selection = CacheSelection()
    change(&selection)
    var ids: [Int64] = []
    try cache.visit(selection, newestFirst: newestFirst, limit: limit, at: start.adding(milliseconds: 2_000)) { entry in
      ids.append(entry.id)
      return true
    }
    return ids
  }

  @Test func `entries are found by everything that is known of them`() throws {
    #expect(try ids { _ in } == [1, 2, 3, 4])
    #expect(try ids(newestFirst: true, limit: 2) { _ in } == [4, 3])
    #expect(try ids { $0.tags = ["prices"] } == [1, 2])
    #expect(try ids { $0.tags = ["prices", "food"] } == [2])
    #expect(try ids { $0.tags = ["model:large"] } == [1])
    #expect(try ids { $0.tags = ["intent:menu"] } == [2])
    #expect(try ids { $0.tags = ["source:guide.md"] } == [4])
    #expect(try ids { $0.match = TextPattern("*PRICE*") } == [1, 2])
    #expect(try ids { $0.tenant = "u" } == [3])
    #expect(try ids { $0.tier = .premium } == [1])
    #expect(try ids { $0.ids = [2, 9, 4] } == [2, 4])
    #expect(try ids { $0.state = .expired } == [3])
    #expect(try ids { $0.state = .live } == [1, 2, 4])
    #expect(try ids { $0.tenant = "t' OR 1=1 --" }.isEmpty)
  }

  @Test func `a listing goes on over many pages and ends where it is told to`() throws {
    for number in 0..<300 { try admit("entry with the name \(number)x") }
    #expect(try ids { _ in }.count == 304)
    #expect(try ids(newestFirst: true) { $0.match = TextPattern("*9x") }.count == 30)
    var seen = 0
    try cache.visit(CacheSelection(), at: start) { _ in
      seen += 1
      return seen < 100
    }
    #expect(seen == 100)
  }

  @Test func `a purge takes what it selects, in the rows and in the index, and a dry run nothing`() throws {
    var selection = CacheSelection()
    selection.match = TextPattern("*price*")
    let dry = try cache.purge(selection, isDryRun: true, at: start)
    #expect(dry.entries == 2 && dry.bytes > 0)
    #expect(try cache.statistics().entries == 4)
    #expect(try cache.purge(selection, at: start) == dry)
    let left = try cache.statistics()
    #expect(left.entries == 2 && left.vectors == 2)
    #expect(try ids { $0.tags = ["food"] }.isEmpty)
    #expect(try cache.audit(at: start).isSound)
  }

  @Test func `a purge goes on over many batches`() throws {
    for number in 0..<1_100 { try admit("entry with the name \(number)x", tenant: number < 1_050 ? "many" : "few") }
    var selection = CacheSelection()
    selection.tenant = "many"
    #expect(try cache.purge(selection, at: start).entries == 1_050)
    #expect(try cache.statistics().entries == 54)
  }

  @Test func `the inventory counts what is there by kind`() throws {
    let plan = CachePlan(
      RouteRequest(id: "", messages: [ChatMessage(role: .user, content: "how do I pay")], tenant: "t"))
    let hit = try #require(try cache.exact(plan, at: start))
    try cache.store.write { try cache.recordHit(hit, at: start, in: $0) }
    let found = try cache.inventory(at: start.adding(milliseconds: 2_000))
    #expect(found.entries == 4 && found.expired == 1 && found.shared == 4 && found.tenants == 2 && found.tags == 3)
    #expect(found.vectors == ["e1": 4] && found.vectorBytes == 64)
    #expect(found.tiers[.premium]?.entries == 1 && found.tiers[.generator]?.hits == 1)
    #expect(found.counters == ["exact_hits": 1])
    #expect(found.loggedChanges == 4 && found.misses == 0)
    #expect(found.textBytes == 29 + 27 + 12 + 12 + 8)
    #expect(try cache.statistics().bytes == found.budgetBytes)
  }

  @Test(arguments: [
    ("UPDATE cache_total SET bytes = bytes + 1", "the total says"),
    ("UPDATE cache_total SET entries = 9", "the total says 9 entries"),
    ("UPDATE cache_entry SET key = x'01' WHERE id = 1", "entry 1: its key has 1 bytes"),
    ("UPDATE cache_entry SET tier = 'exact' WHERE id = 2", "entry 2"),
    ("UPDATE cache_entry SET expires_at = created_at WHERE id = 3", "entry 3: its time"),
    ("UPDATE cache_entry SET similar_hits = 4 WHERE id = 1", "entry 1: 4 of 0 hits"),
    ("UPDATE cache_entry SET heat = 9e999 WHERE id = 1", "entry 1: its priority"),
    ("UPDATE cache_entry SET citations = '{' WHERE id = 1", "entry 1"),
    (
      "UPDATE cache_vector SET vector = zeroblob(16) WHERE entry_id = 2",
      "entry 2: its vector has the squared length 0.0"
    ),
    ("UPDATE cache_vector SET vector = x'0000803f' WHERE entry_id = 3", "others of its encoder"),
    ("UPDATE cache_vector SET vector = x'01' WHERE entry_id = 2", "entry 2: its vector is not made of whole numbers"),
  ])
  func `a check names what somebody broke`(statement: String, finding: String) throws {
    #expect(try cache.audit(at: start).isSound)
    try cache.store.write { _ = try $0.execute(statement) }
    let audit = try cache.audit(at: start)
    #expect(audit.findings.contains { $0.contains(finding) }, "\(audit.findings)")
  }

  @Test func `a check asks the index too, and counts more than it names`() throws {
    let audit = try cache.audit(index: { _ in (0..<60).map { "page \($0)" } }, at: start)
    #expect(audit.count == 60 && audit.findings.count == ResponseCache.Audit.mostFindings)
    #expect(audit.findings.first == "index: page 0")
  }

  @Test func `a compaction deletes what is over, trims the log, and wants room for its copy`() throws {
    let late = start.adding(milliseconds: 2_000)
    #expect(throws: CacheFailure.self) { try cache.compact(trimsLog: true, freeBytes: 10, at: late) }
    #expect(try cache.statistics().entries == 4)
    let done = try cache.compact(trimsLog: true, freeBytes: .max, at: late)
    #expect(done.expired == 1 && done.changes == 5)
    #expect(try cache.statistics().vectors == 3)
    #expect(try cache.store.read { try ResponseCache.logExtent(in: $0) }.count == 0)
    #expect(try cache.audit(at: start).isSound)
  }

  @Test func `a budget that was made smaller is reached over many admissions, or at once by a compaction`() throws {
    for number in 0..<300 { try admit("entry with the name \(number)x") }
    var configuration = CacheConfiguration()
    configuration.byteBudget = 20_000
    let small = try ResponseCache.openRows(
      store: cache.store, configuration: configuration, encoder: .init(fingerprint: "e1", dimension: 4))
    let plan = CachePlan(
      RouteRequest(id: "r", messages: [ChatMessage(role: .user, content: "how do I leave the house")], tenant: "t"))
    let change = try cache.store.write { transaction in
      try small.admit(
        plan, CachedAnswer(text: "so", tier: .premium), embedding: nil, at: start, in: transaction)
    }
    #expect(change.isStored && change.removedCount == 64)
    #expect(try small.compact(trimsLog: false, freeBytes: .max, at: start).evicted > 200)
    #expect(try small.statistics().bytes <= 20_000)
    #expect(try small.exact(plan, at: start) != nil)
    #expect(try small.audit(at: start).isSound)
  }

  private func put(
    _ cache: ResponseCache, _ prompt: String, _ answer: String, at now: Timestamp
  ) throws -> CacheChange {
    let plan = CachePlan(
      RouteRequest(id: "r", messages: [ChatMessage(role: .user, content: prompt)], tenant: "t"))
    return try cache.store.write { transaction in
      try cache.admit(plan, CachedAnswer(text: answer, tier: .premium), embedding: nil, at: now, in: transaction)
    }
  }

  @Test func `an answer for which hundreds would have to leave is not stored, and none of them leaves`() throws {
    for number in 0..<400 { try admit("entry with the name \(number)x") }
    var configuration = CacheConfiguration()
    configuration.byteBudget = try cache.statistics().bytes
    let full = try ResponseCache.openRows(store: cache.store, configuration: configuration)
    let large = String(repeating: "x", count: Int(configuration.byteBudget) * 4 / 5)
    let change = try put(full, "how do I leave the house", large, at: start)
    #expect(!change.isStored && change.removedCount == 0)
    guard case .noRoom? = change.refusal else {
      Issue.record("refused for \(String(describing: change.refusal))")
      return
    }
    #expect(try full.statistics().entries == cache.statistics().entries)
    #expect(try put(full, "how do I leave the house", String(repeating: "x", count: 20_000), at: start).isStored)
    #expect(try full.statistics().bytes <= configuration.byteBudget)
  }

  @Test func `entries of a clock that ran ahead leave first when room is made`() throws {
    let ahead = start.adding(milliseconds: 400 * 86_400_000)
    for number in 0..<3 { #expect(try put(cache, "ahead \(number)", "so", at: ahead).isStored) }
    #expect(try put(cache, "how do I pay here", "so", at: start).isStored)
    var configuration = CacheConfiguration()
    configuration.byteBudget = try cache.statistics().bytes
    let full = try ResponseCache.openRows(store: cache.store, configuration: configuration)
    #expect(try put(full, "how do I pay there", "so", at: start).removedCount == 3)
    let left = try cache.store.read { transaction in
      try transaction.first(
        "SELECT count(*) FROM cache_entry WHERE created_at > ?", [.integer(start.milliseconds + 1_000)]
      ) { try $0.integer(0) }
    }
    #expect(left == 0)
  }

  @Test func `a command keeps the order in which a node evicts, and writes in it`() throws {
    var configuration = CacheConfiguration()
    configuration.eviction = .lru
    _ = try ResponseCache.open(store: cache.store, configuration: configuration, encoder: nil, at: start)
    func priorities() throws -> [Double] {
      var found: [Double] = []
      try cache.store.read { transaction in
        try transaction.rows("SELECT priority FROM cache_entry ORDER BY id") { found.append(try $0.real(0)) }
      }
      return found
    }
    let before = try priorities()
    configuration.eviction = .lfu
    let rows = try ResponseCache.openRows(store: cache.store, configuration: configuration)
    #expect(try priorities() == before)
    #expect(rows.configuration.eviction == .lru)
    #expect(try ResponseCache.storedEviction(in: cache.store) == .lru)
  }

  @Test func `another eviction policy orders what is there anew`() throws {
    func first(_ eviction: CacheEviction) throws -> Int64? {
      var configuration = CacheConfiguration()
      configuration.eviction = eviction
      _ = try ResponseCache.open(store: cache.store, configuration: configuration, encoder: nil, at: start)
      return try cache.store.read { transaction in
        try transaction.first("SELECT id FROM cache_entry ORDER BY priority, id LIMIT 1") { try $0.integer(0) }
      }
    }
    try cache.store.write { try $0.execute("UPDATE cache_entry SET used_at = used_at + 10 - id") }
    #expect(try first(.lru) == 4)
    #expect(try first(.lfu) == 1)
    // What cost 50 picodollars and needs as many bytes as the others is worth least.
    #expect(try first(.savings) == 1)
    #expect(try first(.lru) == 4)
  }
}
