import Synchronization
import Testing
import WeirCache
import WeirDomain
import WeirLedger
import WeirProviders
import WeirReview
@testable import WeirRouting
import WeirStore
import WeirTestSupport

/// The operator's measures, done by a router.
@Suite struct OutageTests {
  private let base = RouterTests()
  private static let dead = ProviderFailure.Cause.overloaded(status: 503, error: .unknown, retryAfter: nil)

  private func route(_ tier: Tier, _ answerer: ScriptedAnswerer) -> RemoteRoutes.Route {
    .init(tier: tier, model: "big", answerer: answerer)
  }

  private func down(_ name: String = "down", isKnown: Bool = false) -> ScriptedAnswerer {
    ScriptedAnswerer(name: name, isReachable: !isKnown) { _, _ in .failure(Self.dead) }
  }

  /// A router that wants the standard tier for every prompt that it sends on.
  private func router(
    _ remotes: [RemoteRoutes.Route], local: (any LocalAnswerer)? = nil, _ measures: [OutagePolicy.Measure],
    store: Store? = nil
  ) throws -> Router {
    var parts = try base.router(
      store: store ?? base.store(), local: local, remotes: remotes, errorBudget: 0.001,
      whenUnanswered: OutagePolicy(measures)
    ).parts
    parts.policy.economyComplexity = 0
    parts.policy.premiumComplexity = 1
    return Router(parts)
  }

  @Test(arguments: [false, true])
  func `a cheaper tier answers where the operator wants one, and only there`(isKnown: Bool) async throws {
    for (measures, answers) in [([OutagePolicy.Measure.stale, .smaller, .defer], true), ([.stale, .defer], false)] {
      let economy = ScriptedAnswerer(name: "cheap", answers: "small")
      let router = try router([route(.standard, down(isKnown: isKnown)), route(.economy, economy)], measures)
      let reply = await router.route(base.request(RouterTests.beyond))
      #expect(economy.requests.count == (answers ? 1 : 0))
      #expect(reply.answer == (answers ? "small" : nil))
      #expect(reply.reasons.contains(.link(.smaller(.economy))) == answers)
      if !answers { #expect(reply.outcome == .deferred) }
    }
  }

  @Test func `a model that cannot be reached now is asked after one that can`() async throws {
    for isReachable in [true, false] {
      let first = ScriptedAnswerer(name: "first", isReachable: isReachable) { _, _ in .answer(["first"]) }
      let second = ScriptedAnswerer(name: "second", answers: "second")
      let router = try router([route(.standard, first), route(.premium, second)], [.defer])
      let reply = await router.route(base.request(RouterTests.beyond))
      #expect(reply.answer == (isReachable ? "first" : "second"))
      #expect(reply.reasons.contains(.policy(.down(model: "big"))) == !isReachable)
      #expect(first.requests.count == (isReachable ? 1 : 0))
    }
  }

  @Test func `measures are tried in their order`() async throws {
    let economy = ScriptedAnswerer(name: "cheap", answers: "small")
    let router = try router(
      [route(.standard, down()), route(.economy, economy)], local: ScriptedLocal(), [.local, .smaller, .defer])
    let reply = await router.route(base.request(RouterTests.inScope))
    #expect(reply.tier == .generator && reply.reasons.contains(.offlineFallback))
    #expect(economy.requests.isEmpty)
  }

  @Test func `a doubtful answer's prompt waits for a better one, which goes into the cache and to nobody`() async throws
  {
    let store = try base.store()
    let isUp = Mutex(false)
    let remote = ScriptedAnswerer { _, _ in
      isUp.withLock { $0 } ? .answer(["proper"]) : .failure(Self.dead)
    }
    let router = try router([route(.standard, remote)], local: ScriptedLocal(), [.local, .defer], store: store)
    for id in ["a", "b"] {
      let reply = await router.route(base.request(RouterTests.inScope, id: id))
      #expect(reply.answer == "scripted" && reply.reasons.contains(.link(.upgradeQueued)))
    }
    func counts() throws -> DeferredQueue.Counts {
      try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 1_000_000), in: $0) }
    }
    // Two requests that are equal but for their ids wait once.
    #expect(try counts() == .init(waiting: 0, upgrades: 1))
    // Still down: no doubtful answer will do this time.
    let failed = try #require(try await router.routeNextDeferred())
    #expect(failed.isUpgrade && failed.reply.outcome == .deferred)
    #expect(try await router.routeNextDeferred() == nil)
    isUp.withLock { $0 = true }
    try store.write { transaction in _ = try transaction.execute("UPDATE deferred_request SET next_at = 0") }
    let upgraded = try #require(try await router.routeNextDeferred())
    #expect(upgraded.isUpgrade && upgraded.reply.answer == "proper")
    try router.confirmDelivery(of: upgraded)
    #expect(try counts() == .init())
    #expect(try router.nextKeptAnswer() == nil)
    let later = await router.route(base.request(RouterTests.inScope, id: "c"))
    #expect(later.tier == .exact && later.answer == "proper")
  }

  @Test func `without anybody who could give a better one, nothing is queued`() async throws {
    let store = try base.store()
    let router = try router([], local: ScriptedLocal(), [.local, .defer], store: store)
    #expect(await router.route(base.request(RouterTests.inScope)).tier == .generator)
    #expect(try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 0), in: $0) } == .init())
  }

  @Test func `what passes through counts as the bytes that it takes`() throws {
    let plain = ChatMessage(role: .user, content: "look")
    let image = String(repeating: "A", count: 50_000)
    let seen = ChatMessage(
      role: .user, content: "look", original: JSONText(text: "{\"role\":\"user\",\"content\":\"\(image)\"}"))
    var settings = ModelSettings(model: "auto")
    let bytes = LinkFacts.bytes(of: [plain], settings: settings)
    #expect(LinkFacts.bytes(of: [seen], settings: settings) - bytes > 50_000)
    try settings.pass("tools", try #require(JSONText(text: "[{\"type\":\"\(image)\"}]")))
    #expect(LinkFacts.bytes(of: [plain], settings: settings) - bytes > 50_000)
  }

  @Test func `no remote is asked for what the link's cap has no room for, and the prompt waits`() async throws {
    let remote = ScriptedAnswerer(answers: "far")
    var parts = try base.router(
      store: base.store(), local: nil, remotes: [route(.standard, remote)], errorBudget: 0.02
    ).parts
    parts.link = LinkMeter(
      cap: 100, traffic: { .init() }, linkState: { .up }, isMetered: { _ in false })
    let reply = await Router(parts).route(base.request(RouterTests.beyond))
    #expect(reply.outcome == .deferred)
    #expect(reply.reasons.contains(.link(.capReached(cap: 100))))
    #expect(remote.requests.isEmpty)
  }
}
