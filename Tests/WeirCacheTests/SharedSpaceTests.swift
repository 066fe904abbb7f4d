import Testing
import WeirDomain
import WeirStore

@testable import WeirCache

/// Tenants that are declared to share, and all others.
@Suite struct SharedSpaceTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let near = Embedding(values: [1, 0, 0, 0], encoder: "e1")

  private func cache(_ store: Store, sharing tenants: Set<String>) throws -> ResponseCache {
    var configuration = CacheConfiguration()
    configuration.sharedSpace = tenants
    return try ResponseCache.open(
      store: store, configuration: configuration, encoder: .init(fingerprint: "e1", dimension: 4), at: start)
  }

  private func plan(_ cache: ResponseCache, _ prompt: String, _ tenant: String) -> CachePlan {
    CachePlan(
      RouteRequest(id: tenant, messages: [ChatMessage(role: .user, content: prompt)], tenant: tenant),
      cache.configuration)
  }

  private func admit(_ cache: ResponseCache, _ prompt: String, _ tenant: String) throws {
    let change = try cache.store.write { transaction in
      try cache.admit(
        plan(cache, prompt, tenant), CachedAnswer(text: tenant, tier: .premium), embedding: near, at: start,
        in: transaction)
    }
    try cache.apply(change)
  }

  @Test func `tenants that share are served each other's answers, in both tiers, and nobody else is`() throws {
    let cache = try cache(Store.inMemory(migrations: ResponseCache.migrations), sharing: ["a", "b"])
    try admit(cache, "how do I pay", "a")
    #expect(try cache.exact(plan(cache, "how do I pay", "b"), at: start)?.answer.text == "a")
    #expect(try cache.similar(plan(cache, "how can I pay", "b"), near, at: start).hit?.answer.text == "a")
    #expect(try cache.exact(plan(cache, "how do I pay", "c"), at: start) == nil)
    #expect(try cache.similar(plan(cache, "how can I pay", "c"), near, at: start) == SimilarResult())
    // And the other way round: who shares nothing is not read.
    try admit(cache, "how do I leave", "c")
    #expect(try cache.exact(plan(cache, "how do I leave", "a"), at: start) == nil)
  }

  @Test func `a tenant that no longer shares is served nothing of the space`() throws {
    let store = try Store.inMemory(migrations: ResponseCache.migrations)
    try admit(cache(store, sharing: ["a", "b"]), "how do I pay", "a")
    let apart = try cache(store, sharing: [])
    for tenant in ["a", "b"] {
      #expect(try apart.exact(plan(apart, "how do I pay", tenant), at: start) == nil)
      #expect(try apart.similar(plan(apart, "how can I pay", tenant), near, at: start).hit == nil)
    }
  }

  @Test func `a tenant is counted and purged by its own name, in the space too`() throws {
    let cache = try cache(Store.inMemory(migrations: ResponseCache.migrations), sharing: ["a", "b"])
    try admit(cache, "how do I pay", "a")
    try admit(cache, "how do I leave", "b")
    #expect(try cache.purge(CacheSelection(tenant: "a"), at: start).entries == 1)
    #expect(try cache.exact(plan(cache, "how do I pay", "b"), at: start) == nil)
    #expect(try cache.exact(plan(cache, "how do I leave", "a"), at: start) != nil)
  }
}
