import Testing
import WeirDomain
import WeirStore

@testable import WeirCache

/// Answers that were called wrong.
@Suite struct CacheMissTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let cache: ResponseCache

  init() throws {
    cache = try ResponseCache.open(
      store: Store.inMemory(migrations: ResponseCache.migrations), encoder: .init(fingerprint: "e1", dimension: 4),
      at: start)
  }

  private func plan(_ prompt: String, tenant: String = "t") -> CachePlan {
    CachePlan(RouteRequest(id: "r", messages: [ChatMessage(role: .user, content: prompt)], tenant: tenant))
  }

  @discardableResult
  private func admit(_ prompt: String, answer: String = "so", tenant: String = "t") throws -> CacheChange {
    let change = try cache.store.write { transaction in
      try cache.admit(
        plan(prompt, tenant: tenant), CachedAnswer(text: answer, tier: .generator), embedding: embedding, at: start,
        in: transaction)
    }
    try cache.apply(change)
    return change
  }

  private var embedding: Embedding { Embedding(values: [1, 0, 0, 0], encoder: "e1") }

  private func similar(_ prompt: String, tenant: String = "t") throws -> SimilarResult {
    try cache.similar(plan(prompt, tenant: tenant), embedding, at: start)
  }

  @Test func `an answer that was wrong for a prompt is not served to it again, though it is stored anew`() throws {
    try admit("how do I pay")
    let hit = try #require(try similar("how can I pay").hit)
    #expect(try cache.markWrong(hit.id, asked: " how can  I pay", at: start)?.isPair == true)
    #expect(try cache.exact(plan("how do I pay"), at: start) == nil)
    #expect(try admit("how do I pay").isStored)
    let again = try similar("how can I pay")
    #expect(again.hit == nil && again.refusals.map(\.reason) == [.calledWrong])
    // Only for this prompt, and only for this tenant.
    #expect(try similar("how could I pay").hit != nil)
    try admit("how do I pay", tenant: "u")
    #expect(try similar("how can I pay", tenant: "u").hit != nil)
  }

  @Test func `an answer that was wrong for its own prompt is not stored again, another one is`() throws {
    try admit("how do I pay", answer: "never")
    let hit = try #require(try cache.exact(plan("how do I pay"), at: start))
    #expect(try cache.markWrong(hit.id, asked: nil, at: start)?.isPair == false)
    #expect(try admit("how do I pay", answer: "never").isStored == false)
    #expect(try admit("how do I pay", answer: "with a card").isStored)
    #expect(try cache.exact(plan("how do I pay"), at: start) != nil)
    #expect(try similar("how can I pay").hit != nil)
  }

  @Test func `neither of two prompts is served the other's answer`() throws {
    try admit("how do I pay")
    let hit = try #require(try similar("how can I pay").hit)
    #expect(try cache.markWrong(hit.id, asked: "how can I pay", at: start)?.isPair == true)
    try admit("how can I pay")
    let back = try similar("how do I pay")
    #expect(back.hit == nil && back.refusals.map(\.reason) == [.calledWrong])
    #expect(try cache.inventory(at: start).misses == 1)
    for prompt in ["how do I pay", "how can I pay"] {
      let partition = try #require(plan(prompt).partition).bytes
      #expect(try cache.misses(of: PromptDigest(partition: partition, prompt: prompt)) == 1)
    }
  }

  @Test func `every wrong answer of a prompt is remembered, not only the last`() throws {
    for answer in ["never", "soon"] {
      #expect(try admit("how do I pay", answer: answer).isStored)
      let hit = try #require(try cache.exact(plan("how do I pay"), at: start))
      _ = try cache.markWrong(hit.id, asked: nil, at: start)
    }
    for answer in ["never", "soon"] {
      #expect(try admit("how do I pay", answer: answer).refusal == .knownWrong, "\(answer)")
    }
    #expect(try admit("how do I pay", answer: "with a card").isStored)
  }

  @Test func `an entry that is not there is told apart`() throws {
    #expect(try cache.markWrong(7, asked: nil, at: start) == nil)
    #expect(try cache.markWrong(7, asked: "how can I pay", at: start) == nil)
  }

  @Test func `a wrong pair is evidence against the stored prompt, which stays when the entry leaves`() throws {
    try admit("how do I pay")
    let hit = try #require(try similar("how can I pay").hit)
    _ = try cache.markWrong(hit.id, asked: "how can I pay", at: start)
    let partition = try #require(plan("how do I pay").partition).bytes
    let stored = PromptDigest(partition: partition, prompt: "how do I pay")
    let evidence = try cache.store.read { try ResponseCache.evidence(of: stored, in: $0) }
    #expect(evidence.map(\.wasRight) == [false])
  }

  @Test func `of evidence about one prompt the newest is kept, and of others all`() throws {
    let (one, other) = (
      PromptDigest(partition: [1], prompt: "a"), PromptDigest(partition: [2], prompt: "a")
    )
    #expect(one != other)
    try cache.store.write { transaction in
      for digest in [one, other] {
        for number in 0..<(digest == one ? 100 : 3) {
          try ResponseCache.recordEvidence(
            .init(score: Double(number) / 100, wasRight: true, at: start), entryID: 1, stored: digest, in: transaction)
        }
      }
    }
    let kept = try cache.store.read { try ResponseCache.evidence(of: one, in: $0) }
    #expect(kept.count == ResponseCache.mostEvidence)
    #expect(kept.first?.score == 0.99 && kept.last?.score == 0.36)
    #expect(try cache.store.read { try ResponseCache.evidence(of: other, in: $0) }.count == 3)
  }

  @Test func `an entry of the exact tier alone can be called wrong too`() throws {
    let asked = plan("what " + String(repeating: "is the answer to this long question ", count: 40))
    #expect(asked.partition == nil)
    let change = try cache.store.write { transaction in
      try cache.admit(asked, CachedAnswer(text: "snow", tier: .generator), embedding: nil, at: start, in: transaction)
    }
    #expect(change.isStored)
    let hit = try #require(try cache.exact(asked, at: start))
    #expect(try cache.markWrong(hit.id, asked: "another prompt", at: start)?.isPair == false)
    let again = try cache.store.write { transaction in
      try cache.admit(asked, CachedAnswer(text: "snow", tier: .generator), embedding: nil, at: start, in: transaction)
    }
    #expect(!again.isStored)
  }
}
