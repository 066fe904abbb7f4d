import Testing
import WeirCache
import WeirDomain
import WeirReview
import WeirStore

@testable import WeirRouting

/// Hits by meaning that are answered anew, to see whether the stored answer would have been wrong.
@Suite struct CacheAuditTests {
  private let base = RouterTests()
  private static let asked = "How can I track my order?"
  private static let askedOtherwise = "How could I track my order?"

  private func audited(_ first: String, then second: String, share: Double = 1) async throws -> (RouteReply, Store) {
    let store = try base.store()
    var configuration = CacheConfiguration()
    configuration.auditShare = share
    let local = GatedLocal(answers: [first, second])
    local.open()
    let router = try base.router(store: store, local: local, cache: configuration)
    #expect(await router.route(base.request(Self.asked)).answer == first)
    return (await router.route(base.request(Self.askedOtherwise)), store)
  }

  private func samples(_ store: Store) throws -> Int {
    try store.read { try ReviewQueue.count(of: .cacheAudit, in: $0) }
  }

  private func evidence(_ store: Store) throws -> Int {
    try store.read { try $0.first("SELECT count(*) FROM cache_evidence WHERE was_right = 1") { try $0.integer(0) } }
      .map { Int($0) } ?? 0
  }

  @Test func `an audited hit is answered anew, and an equal answer confirms the entry`() async throws {
    let (reply, store) = try await audited("By the link.", then: "by the  link.")
    #expect(reply.answer == "by the  link." && reply.tier == .generator)
    #expect(reply.reasons.contains(.audited))
    #expect(try evidence(store) == 1 && samples(store) == 0)
  }

  @Test func `a different answer is kept for a person to judge`() async throws {
    let (reply, store) = try await audited("By the link.", then: "Ask the shop.")
    #expect(reply.answer == "Ask the shop.")
    #expect(try evidence(store) == 0 && samples(store) == 1)
  }

  @Test func `without audits the hit is given`() async throws {
    let (reply, store) = try await audited("By the link.", then: "Ask the shop.", share: 0)
    #expect(reply.answer == "By the link." && reply.tier == .semantic)
    #expect(try evidence(store) == 0 && samples(store) == 0)
  }
}
