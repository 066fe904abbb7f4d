import Testing
import WeirDomain
import WeirStore
import WeirVectorIndex

@testable import WeirCache

@Suite struct ResponseCacheTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let encoder = ResponseCache.EncoderIdentity(fingerprint: "e1", dimension: 4)
  private let answer = CachedAnswer(
    text: "like this", tier: .generator, model: "tiny", intent: "pay", usage: TokenUsage(prompt: 3, completion: 5))

  private func open(
    _ store: Store, _ configuration: CacheConfiguration = CacheConfiguration(), encoder: String = "e1",
    at now: Timestamp? = nil
  ) throws -> ResponseCache {
    try ResponseCache.open(
      store: store, configuration: configuration,
      encoder: ResponseCache.EncoderIdentity(fingerprint: encoder, dimension: 4), at: now ?? start)
  }

  private func store() throws -> Store { try Store.inMemory(migrations: ResponseCache.migrations) }

  private func request(
    _ prompt: String, tenant: String = "t", system: String? = nil, policy: RouteRequest.CachePolicy = .use
  ) -> RouteRequest {
    var messages = [ChatMessage(role: .user, content: prompt)]
    if let system { messages.insert(ChatMessage(role: .system, content: system), at: 0) }
    return RouteRequest(id: "r1", messages: messages, tenant: tenant, cache: policy)
  }

  private func embedding(_ x: Float, _ y: Float, encoder: String = "e1") -> Embedding {
    let length = (x * x + y * y).squareRoot()
    return Embedding(values: [x / length, y / length, 0, 0], encoder: encoder)
  }

  @discardableResult
  private func admit(
    _ cache: ResponseCache, _ request: RouteRequest, _ embedding: Embedding?, at now: Timestamp? = nil,
    answer: CachedAnswer? = nil
  ) throws -> CacheChange {
    let change = try cache.store.write { transaction in
      try cache.admit(
        CachePlan(request, cache.configuration), answer ?? self.answer, embedding: embedding, at: now ?? start,
        in: transaction)
    }
    try cache.apply(change)
    return change
  }

  @Test func `an answer comes back whole, with when and for whom it was given`() throws {
    let cache = try open(try store())
    let plan = CachePlan(request("how do I pay"))
    #expect(try cache.exact(plan, at: start) == nil)
    #expect(try admit(cache, request("how do I pay"), nil).isStored)
    let hit = try #require(try cache.exact(CachePlan(request(" how do  I pay ")), at: start))
    #expect(hit.answer == answer)
    #expect(hit.requestID == "r1")
    #expect(hit.createdAt == start)
    #expect(hit.similarity == nil)
  }

  @Test func `a paraphrase gets the answer, with its similarity`() throws {
    let cache = try open(try store())
    try admit(cache, request("how do I pay"), embedding(1, 0))
    let result = try cache.similar(CachePlan(request("how can I pay")), embedding(1, 0.1), at: start)
    #expect(result.hit?.answer == answer)
    #expect(abs((result.hit?.similarity ?? 0) - 0.995) < 0.001)
    #expect(result.refusals.isEmpty)
  }

  @Test func `a neighbour below the threshold is told but not served`() throws {
    let cache = try open(try store())
    try admit(cache, request("how do I pay"), embedding(1, 0))
    let result = try cache.similar(CachePlan(request("how can I pay")), embedding(1, 1), at: start)
    #expect(result.hit == nil)
    #expect(abs((result.nearest ?? 0) - 0.707) < 0.001)
  }

  @Test func `the guard looks past a refused neighbour to the next`() throws {
    let cache = try open(try store())
    try admit(cache, request("turn off the lamp"), embedding(1, 0.01))
    try admit(cache, request("turn the lamp on"), embedding(1, 0.1))
    let result = try cache.similar(CachePlan(request("turn on the lamp")), embedding(1, 0), at: start)
    #expect(result.refusals.map(\.reason) == [.polarity])
    #expect(result.hit != nil)
  }

  @Test func `tenants, settings and conversations never meet`() throws {
    let cache = try open(try store())
    try admit(cache, request("how do I pay"), embedding(1, 0))
    var other = request("how can I pay")
    other.settings.maxTokens = 5
    var followUp = request("how can I pay")
    followUp.messages.insert(
      contentsOf: [ChatMessage(role: .user, content: "rent"), ChatMessage(role: .assistant, content: "ok")], at: 0)
    for stranger in [
      request("how can I pay", tenant: "u"), request("how can I pay", system: "be brief"), other, followUp,
    ] {
      #expect(try cache.similar(CachePlan(stranger), embedding(1, 0), at: start).nearest == nil)
      var same = stranger
      same.messages[same.messages.count - 1].content = "how do I pay"
      #expect(try cache.exact(CachePlan(same), at: start) == nil)
    }
  }

  @Test func `an answer expires at its time, however often it was served`() throws {
    var configuration = CacheConfiguration()
    configuration.lifetimeMilliseconds = 1_000
    let cache = try open(try store(), configuration)
    let plan = CachePlan(request("how do I pay"))
    try admit(cache, request("how do I pay"), embedding(1, 0))
    let late = start.adding(milliseconds: 999)
    let hit = try #require(try cache.exact(plan, at: late))
    try cache.store.write { transaction in try cache.recordHit(hit, at: late, in: transaction) }
    #expect(try cache.statistics().hits == 1)
    let end = start.adding(milliseconds: 1_000)
    #expect(try cache.exact(plan, at: end) == nil)
    #expect(try cache.similar(CachePlan(request("how can I pay")), embedding(1, 0), at: end).hit == nil)
  }

  @Test func `an answer about today is kept only where admitted, for a minute and never for a paraphrase`() throws {
    var configuration = CacheConfiguration()
    #expect(try admit(try open(try store()), request("what is the weather"), embedding(1, 0)).isStored == false)
    configuration.admitted = [.temporal]
    let cache = try open(try store(), configuration)
    try admit(cache, request("what is the weather"), embedding(1, 0))
    let plan = CachePlan(request("what is the weather"), configuration)
    #expect(try cache.exact(plan, at: start.adding(milliseconds: 59_999)) != nil)
    #expect(try cache.exact(plan, at: start.adding(milliseconds: 60_000)) == nil)
    #expect(try cache.statistics().vectors == 0)
  }

  @Test func `an entry from far in the future, made by a wrong clock, is not served`() throws {
    let cache = try open(try store())
    try admit(cache, request("how do I pay"), nil, at: start.adding(milliseconds: 86_400_000))
    #expect(try cache.exact(CachePlan(request("how do I pay")), at: start) == nil)
  }

  @Test func `a request that bypasses the caches reads nothing, and refreshes or leaves what is there`() throws {
    let cache = try open(try store())
    try admit(cache, request("how do I pay"), nil)
    let other = CachedAnswer(text: "anew", tier: .premium)
    #expect(try admit(cache, request("how do I pay", policy: .off), nil, answer: other).isStored == false)
    #expect(try cache.exact(CachePlan(request("how do I pay", policy: .refresh)), at: start) == nil)
    #expect(try cache.exact(CachePlan(request("how do I pay")), at: start)?.answer.text == "like this")
    #expect(try admit(cache, request("how do I pay", policy: .refresh), nil, answer: other).removedCount == 1)
    #expect(try cache.exact(CachePlan(request("how do I pay")), at: start)?.answer.text == "anew")
    #expect(try cache.statistics().entries == 1)
  }

  @Test func `a transaction that fails leaves neither row nor vector`() throws {
    struct Stop: Error {}
    let cache = try open(try store())
    #expect(throws: Stop.self) {
      try cache.store.write { transaction in
        _ = try cache.admit(
          CachePlan(request("how do I pay")), answer, embedding: embedding(1, 0), at: start, in: transaction)
        throw Stop()
      }
    }
    let statistics = try cache.statistics()
    #expect(statistics.entries == 0 && statistics.vectors == 0 && statistics.bytes == 0)
  }

  @Test func `after a restart the vectors of this encoder are back, those of others are counted and left out`() throws {
    let store = try store()
    try admit(try open(store), request("how do I pay"), embedding(1, 0))
    try admit(try open(store, encoder: "e2"), request("how do I leave"), embedding(0, 1, encoder: "e2"))
    let cache = try open(store)
    #expect(cache.ignoredVectors == 1)
    #expect(try cache.similar(CachePlan(request("how can I pay")), embedding(1, 0), at: start).hit != nil)
    #expect(try cache.similar(CachePlan(request("how can I leave")), embedding(0, 1), at: start).hit == nil)
    #expect(try cache.exact(CachePlan(request("how do I leave")), at: start) != nil)
    #expect(throws: CacheFailure.otherEncoder(found: "e2", expected: "e1")) {
      try cache.similar(CachePlan(request("how can I pay")), embedding(1, 0, encoder: "e2"), at: start)
    }
  }

  @Test func `a vector of another length is refused before anything is stored`() throws {
    let cache = try open(try store())
    let short = Embedding(values: [1], encoder: "e1")
    #expect(throws: VectorIndexFailure.dimension(found: 1, expected: 4)) {
      try admit(cache, request("how do I pay"), short)
    }
    #expect(throws: VectorIndexFailure.self) {
      try cache.similar(CachePlan(request("how do I pay")), short, at: start)
    }
    #expect(try cache.statistics().entries == 0)
  }

  @Test func `damaged vectors are counted and left out`() throws {
    let store = try store()
    let cache = try open(store)
    try admit(cache, request("how do I pay"), embedding(1, 0))
    try admit(cache, request("how do I leave"), embedding(0, 1))
    try store.write { transaction in
      try transaction.execute("UPDATE cache_vector SET vector = x'00' WHERE entry_id = 1")
      try transaction.execute("UPDATE cache_vector SET vector = zeroblob(16) WHERE entry_id = 2")
    }
    #expect(try open(store).ignoredVectors == 2)
  }

  @Test func `an entry is purged by its id, its tenant, its age, or with all`() throws {
    let cache = try open(try store())
    try admit(cache, request("how do I pay"), embedding(1, 0))
    try admit(cache, request("how do I leave"), embedding(0, 1))
    try admit(cache, request("how do I pay", tenant: "u"), embedding(1, 0))
    let hit = try #require(try cache.exact(CachePlan(request("how do I pay")), at: start))
    #expect(try cache.purge(CacheSelection(ids: [hit.id]), at: start).entries == 1)
    #expect(try cache.purge(CacheSelection(ids: [hit.id]), at: start).entries == 0)
    #expect(try cache.similar(CachePlan(request("how can I pay")), embedding(1, 0), at: start).hit == nil)
    #expect(try cache.purge(CacheSelection(tenant: "u"), at: start).entries == 1)
    #expect(try cache.purge(CacheSelection(state: .expired), at: start).entries == 0)
    #expect(
      try cache.purge(CacheSelection(state: .expired), at: start.adding(milliseconds: 8 * 86_400_000)).entries == 1)
    try admit(cache, request("how do I pay"), embedding(1, 0))
    #expect(try cache.purge(CacheSelection(), at: start).entries == 1)
    let statistics = try cache.statistics()
    #expect(statistics.entries == 0 && statistics.vectors == 0 && statistics.bytes == 0)
  }

  @Test func `a cache without an encoder has its exact tier`() throws {
    let cache = try ResponseCache.open(store: try store(), encoder: nil, at: start)
    try admit(cache, request("how do I pay"), nil)
    #expect(try cache.exact(CachePlan(request("how do I pay")), at: start) != nil)
    #expect(try cache.similar(CachePlan(request("how can I pay")), embedding(1, 0), at: start) == SimilarResult())
  }

  @Test func `an answer larger than the budget is not kept, and pushes nothing out`() throws {
    var configuration = CacheConfiguration()
    configuration.byteBudget = 2_000
    let cache = try open(try store(), configuration)
    try admit(cache, request("how do I pay"), nil)
    let long = CachedAnswer(text: String(repeating: "x", count: 2_000), tier: .generator)
    #expect(try admit(cache, request("how do I leave"), nil, answer: long).isStored == false)
    #expect(try cache.statistics().entries == 1)
  }

  @Test func `an answer of another generator is not served and a remote one is`() throws {
    let store = try store()
    let first = try open(store)
    try admit(first, request("how do I pay?"), embedding(1, 0))
    var remote = answer
    remote.tier = .premium
    remote.model = "large"
    try admit(first, request("what does it cost?"), embedding(0, 1), answer: remote)
    for (model, isServed) in [("tiny", true), ("tiny@12345678", false)] {
      var settings = CacheConfiguration()
      settings.localModel = model
      let cache = try open(store, settings)
      func plan(_ prompt: String) -> CachePlan { CachePlan(request(prompt), settings) }
      #expect((try cache.exact(plan("how do I pay?"), at: start) != nil) == isServed)
      #expect((try cache.similar(plan("how do I pay"), embedding(1, 0), at: start).hit != nil) == isServed)
      #expect(try cache.exact(plan("what does it cost?"), at: start) != nil)
    }
  }
}
