import Testing
import WeirCache
import WeirDomain
import WeirLedger
import WeirProviders
import WeirRouting
import WeirStore
import WeirTestSupport

/// Answers whose time is over, for when nobody else can answer.
@Suite struct StaleAnswerTests {
  private static let beyond = "What is the boiling point of tungsten?"
  private let tests = RouterTests()
  private let day: Int64 = 86_400_000

  /// A router whose cache holds one answer that expired `age` ago.
  private func router(
    stale: Int64, age: Int64 = 3_600_000, remotes: [RemoteRoutes.Route] = [],
    whenUnanswered: RouterSettings.Unanswered = .keepForLater, prompt: String = beyond, store: Store? = nil
  ) throws -> (Router, Store) {
    let store = try store ?? tests.store()
    var configuration = CacheConfiguration()
    configuration.staleMilliseconds = stale
    configuration.admitted = [.temporal]
    let now = Timestamp(milliseconds: 1_000_000)
    let plan = CachePlan(tests.request(prompt), configuration)
    let lifetime =
      plan.admission.reason == .temporal
      ? configuration.temporalLifetimeMilliseconds : configuration.lifetimeMilliseconds
    let past = now.adding(milliseconds: -lifetime - age)
    let cache = try ResponseCache.open(store: store, configuration: configuration, encoder: nil, at: past)
    try store.write { transaction in
      _ = try cache.admit(
        plan, CachedAnswer(text: "5 555 C", tier: .premium), embedding: nil, at: past, in: transaction)
      // Within the time that `stale` counts from.
      #expect(
        try transaction.first("SELECT expires_at FROM cache_entry") { try $0.integer(0) } == now.milliseconds - age)
    }
    return (
      try tests.router(
        store: store, remotes: remotes, errorBudget: 0.02, whenUnanswered: whenUnanswered, cache: configuration), store
    )
  }

  @Test(arguments: [RouterSettings.Unanswered.keepForLater, .answerLocally, .fail])
  func `where nobody answers, an expired answer is given with a mark and a reason`(
    whenUnanswered: RouterSettings.Unanswered
  ) async throws {
    let (router, store) = try router(stale: day, whenUnanswered: whenUnanswered)
    let reply = await router.route(tests.request(Self.beyond, id: "b"))
    #expect(reply.answer == "5 555 C")
    #expect(reply.isStale && reply.tier == .exact)
    #expect(reply.reasons.contains(.staleHit(milliseconds: 3_600_000)))
    let report = try LedgerReport.make(LedgerReport.Query(), from: store)
    #expect(report.total.outcomes == [.answered: 1])
    // It is not deferred too, and its time is not renewed.
    #expect(try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 1_000_000), in: $0).waiting } == 0)
    #expect(await router.route(tests.request(Self.beyond, id: "c")).isStale)
  }

  @Test func `an answer that is too old, or where the operator wants none, is not given`() async throws {
    for (stale, age) in [(0, 1), (day, day), (day, 2 * day)] {
      let (router, _) = try router(stale: stale, age: age)
      let reply = await router.route(tests.request(Self.beyond, id: "b"))
      #expect(reply.outcome == .deferred && !reply.isStale)
    }
  }

  @Test func `an expired answer keeps its mark when it is delivered late`() async throws {
    let store = try tests.store()
    _ = await (try tests.router(store: store)).route(tests.request(Self.beyond, id: "d"))
    // The claim finds an expired answer; its run ends before it delivers.
    let (router, _) = try router(stale: day, store: store)
    #expect(try #require(try await router.routeNextDeferred()).reply.isStale)
    try store.write { transaction in _ = try transaction.execute("UPDATE deferred_request SET claimed_until = 0") }
    let late = try #require(try await router.routeNextDeferred()).reply
    #expect(late.reasons == [.deliveredLate] && late.answer == "5 555 C")
    #expect(late.isStale)
  }

  @Test func `a remote that answers goes before an expired answer`() async throws {
    let (router, _) = try router(
      stale: day, remotes: [.init(tier: .standard, model: "big", answerer: ScriptedAnswerer(answers: "fresh"))])
    let reply = await router.route(tests.request(Self.beyond, id: "b"))
    #expect(reply.answer == "fresh" && !reply.isStale)
  }

  @Test func `a request that bypasses the cache, and one about today, get no expired answer`() async throws {
    let (router, _) = try router(stale: day)
    for policy in [RouteRequest.CachePolicy.off, .refresh] {
      var request = tests.request(Self.beyond, id: "b")
      request.cache = policy
      #expect(await router.route(request).outcome == .deferred)
    }
    let today = "What is the price of tungsten today in Lima?"
    let (other, _) = try self.router(stale: day, prompt: today)
    #expect(await other.route(tests.request(today, id: "b")).outcome == .deferred)
  }
}
