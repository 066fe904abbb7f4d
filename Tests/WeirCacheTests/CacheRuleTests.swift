import Testing
import WeirDomain
import WeirStore

@testable import WeirCache

/// How long answers live, and what they are tagged with.
@Suite struct CacheRuleTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private var configuration = CacheConfiguration()

  init() {
    configuration.lifetimeMilliseconds = 1_000_000
    configuration.rules = [
      CacheRule(name: "rules[1]", prompt: TextPattern("*price*"), lifetimeMilliseconds: 5_000, tags: ["prices"]),
      CacheRule(name: "rules[2]", tenant: "vip", tags: ["vip"]),
      CacheRule(name: "rules[3]", model: "large", lifetimeMilliseconds: 7_000),
      CacheRule(name: "rules[4]", tag: "prices", lifetimeMilliseconds: 1),
      CacheRule(name: "intents.secret", intent: "secret", lifetimeMilliseconds: 0),
    ]
  }

  private func plan(_ prompt: String, tenant: String = "t", terms: CacheTerms = CacheTerms()) -> CachePlan {
    CachePlan(
      RouteRequest(
        id: "r", messages: [ChatMessage(role: .user, content: prompt)], tenant: tenant, cacheTerms: terms),
      configuration)
  }

  private func life(
    _ plan: CachePlan, model: String? = nil, intent: String? = nil, source: String? = nil
  ) -> CacheLife {
    let citations = source.map { [Citation(number: 1, source: $0, firstLine: 1, lastLine: 2, score: 1)] } ?? []
    return CacheLife(
      plan, CachedAnswer(text: "so", tier: .generator, model: model, intent: intent, citations: citations),
      configuration)
  }

  @Test func `the first rule that fits and names a time sets it, and all that fit tag`() {
    #expect(life(plan("how do I pay")).lifetimeMilliseconds == 1_000_000)
    #expect(life(plan("how do I pay")).cause == "default")
    let priced = life(plan("what is the PRICE of a ticket", tenant: "vip"), model: "large")
    #expect(priced.lifetimeMilliseconds == 5_000 && priced.cause == "rules[1]")
    #expect(priced.tags == ["prices", "vip"])
    #expect(life(plan("how do I pay"), model: "large").lifetimeMilliseconds == 7_000)
    #expect(life(plan("how do I pay"), intent: "secret").lifetimeMilliseconds == 0)
  }

  @Test func `a request shortens the time and never lengthens it`() {
    let short = life(plan("how do I pay", terms: CacheTerms(lifetimeMilliseconds: 10)))
    #expect(short.lifetimeMilliseconds == 10 && short.cause == "request")
    let long = life(plan("how do I pay", terms: CacheTerms(lifetimeMilliseconds: 10_000_000)))
    #expect(long.lifetimeMilliseconds == 1_000_000 && long.cause == "default")
  }

  @Test func `documents are tags by themselves, and rules can ask for model, intent and documents as tags`() {
    #expect(life(plan("how do I pay"), source: "guide.md").tags == ["source:guide.md"])
    for (tag, found) in [
      ("source:guide.md", true), ("model:tiny", true), ("intent:pay", true), ("model:large", false), ("mine", true),
    ] {
      var other = self
      other.configuration.rules = [CacheRule(name: "r", tag: tag, lifetimeMilliseconds: 3)]
      let plan = other.plan("how do I pay", terms: CacheTerms(tags: ["mine"]))
      let life = other.life(plan, model: "tiny", intent: "pay", source: "guide.md")
      #expect((life.lifetimeMilliseconds == 3) == found, "\(tag)")
    }
  }

  @Test func `an answer without time is not stored, and it is said why`() throws {
    let cache = try ResponseCache.open(
      store: Store.inMemory(migrations: ResponseCache.migrations), configuration: configuration, encoder: nil, at: start
    )
    let change = try cache.store.write { transaction in
      try cache.admit(
        plan("tell me"), CachedAnswer(text: "so", tier: .generator, intent: "secret"), embedding: nil, at: start,
        in: transaction)
    }
    #expect(!change.isStored)
    #expect(change.refusal == .noLifetime(cause: "intents.secret"))
  }

  @Test func `an entry keeps its time when it is used, and its tags in the database`() throws {
    let cache = try ResponseCache.open(
      store: Store.inMemory(migrations: ResponseCache.migrations), configuration: configuration, encoder: nil, at: start
    )
    let asked = plan("what is the price", terms: CacheTerms(tags: ["spring"]))
    try cache.store.write { transaction in
      _ = try cache.admit(
        asked, CachedAnswer(text: "so", tier: .generator), embedding: nil, at: start, in: transaction)
    }
    let late = start.adding(milliseconds: 4_999)
    let hit = try #require(try cache.exact(asked, at: late))
    try cache.store.write { try cache.recordHit(hit, at: late, in: $0) }
    #expect(try cache.exact(asked, at: start.adding(milliseconds: 5_000)) == nil)
    var tags: [String] = []
    try cache.store.read { try $0.rows("SELECT tag FROM cache_tag ORDER BY tag") { tags.append(try $0.text(0)) } }
    #expect(tags == ["prices", "spring"])
    try cache.purge(CacheSelection(), at: late)
    #expect(try cache.store.read { try $0.first("SELECT count(*) FROM cache_tag") { try $0.integer(0) } } == 0)
  }

  @Test(arguments: [
    ("*price*", "What PRICE is it?", true), ("price*", "What price", false), ("what*", "What price", true),
    ("*price", "what price", true), ("what price", "What Price", true), ("what", "what price", false),
    ("w?at*", "what", true), ("?", "", false), ("*", "", true), ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXcYYb", false),
    ("**", "x", true), ("*aab", "aaaaaab", true), ("caf\u{65}\u{301}*", "caf\u{e9} au lait", true),
    // Characters of more than eight bytes.
    ("*👩‍👩‍👧x", "the 👩‍👩‍👧X", true), ("*👩‍👩‍👦x", "the 👩‍👩‍👧X", false), ("?👩‍👩‍👦", "👩‍👩‍👧👩‍👩‍👦", true),
  ])
  func `a star is any text and a question mark one character`(pattern: String, text: String, isMatch: Bool) throws {
    #expect(try #require(TextPattern(pattern)).matches(text) == isMatch)
  }

  @Test func `a long prompt that fits none of many rules lives as others do`() throws {
    let asked = plan(String(repeating: "ÄBÇ déf ", count: 6_000))
    let answer = CachedAnswer(text: "so", tier: .generator)
    func life(rules: Int) -> CacheLife {
      var configuration = configuration
      configuration.rules = (0..<rules).map {
        CacheRule(name: "rules[\($0)]", prompt: TextPattern("price"), lifetimeMilliseconds: 1)
      }
      return CacheLife(asked, answer, configuration)
    }
    #expect(life(rules: 200).cause == "default")
  }

  @Test func `what was decided before the transaction is what is stored`() throws {
    let cache = try ResponseCache.open(
      store: Store.inMemory(migrations: ResponseCache.migrations), configuration: configuration, encoder: nil, at: start
    )
    let asked = plan("what is the price")
    var life = try #require(cache.life(of: CachedAnswer(text: "so", tier: .generator), for: asked))
    life.lifetimeMilliseconds = 0
    life.cause = "rules[7]"
    let change = try cache.store.write { transaction in
      try cache.admit(
        asked, CachedAnswer(text: "so", tier: .generator), embedding: nil, life: life, at: start, in: transaction)
    }
    #expect(!change.isStored && change.refusal == .noLifetime(cause: "rules[7]"))
  }

  @Test func `a hostile pattern takes no long time, and an empty or long one is none`() throws {
    let pattern = try #require(TextPattern(String(repeating: "*a", count: 100) + "b"))
    #expect(!pattern.matches(String(repeating: "a", count: 20_000)))
    #expect(TextPattern("") == nil)
    #expect(TextPattern(String(repeating: "x", count: 257)) == nil)
  }
}
