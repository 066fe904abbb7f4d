import Testing
import WeirCache
import WeirDomain
import WeirLedger
import WeirProviders
import WeirReview
import WeirStore
import WeirTestSupport

@testable import WeirRouting

/// Audits, background answers and the shadow on a request's whole way.
@Suite struct BackgroundAnswerTests {
  private let base = RouterTests()

  private func store() throws -> Store {
    try Store.inMemory(
      migrations: Ledger.migrations + ReviewQueue.migrations + ResponseCache.migrations + DeferredQueue.migrations
        + BudgetLog.migrations + BackgroundQueue.migrations + ShadowLog.migrations)
  }

  private func router(
    _ store: Store, remote: ScriptedAnswerer? = nil, errorBudget: Double, compares: Bool = false, audit: Double = 0,
    change: (inout RoutePolicy) -> Void = { _ in }, shadow: RoutePolicy? = nil
  ) throws -> Router {
    var parts = try base.router(
      store: store, remotes: remote.map { [.init(tier: .premium, model: "big", answerer: $0)] } ?? [],
      errorBudget: errorBudget
    ).parts
    parts.sampler = ReviewSampler(uncertain: 1, audit: audit)
    change(&parts.policy)
    parts.budget.keeper = BudgetKeeper(head: "h", models: nil, budgets: parts.policy.errorBudgets)
    parts.budget.background = .init(compares: compares)
    parts.budget.shadow = shadow.map { ShadowPolicy(name: "s", policy: $0) }
    return Router(parts)
  }

  private func samples(_ store: Store) throws -> [ReviewSample] {
    var samples: [ReviewSample] = []
    try store.read { transaction in try ReviewQueue.samples(in: transaction) { samples.append($0) } }
    return samples
  }

  @Test func `a doubtful answer is given at once, and the remote one goes into the cache and beside it`() async throws {
    let store = try store()
    let remote = ScriptedAnswerer(answers: "from ", "afar")
    let router = try router(
      store, remote: remote, errorBudget: 0.0001, audit: 1, change: { $0.mode = .answerAndEscalate })
    let first = await router.route(base.request(RouterTests.inScope))
    #expect(first.tier == .generator && remote.requests.isEmpty)
    #expect(first.reasons.contains { $0.code == "answer_and_escalate" })
    let later = try #require(try await router.answerNextInBackground())
    #expect(later.purpose == .upgrade && later.reply.answer == "from afar")
    #expect(try await router.answerNextInBackground() == nil)
    let again = await router.route(base.request(RouterTests.inScope, id: "b"))
    #expect(again.tier == .exact && again.answer == "from afar" && remote.requests.count == 1)
    let sample = try #require(try samples(store).first { $0.tier == .generator })
    #expect(sample.other?.answer == "from afar" && sample.other?.tier == .premium && sample.other?.agreement != nil)
    // Two requests, and money for three answers.
    let report = try LedgerReport.make(LedgerReport.Query(), from: store)
    #expect(report.total.requests == 2 && report.total.outcomes[.background] == 1)
    #expect(report.total.cost > .zero && first.cost == .zero)
  }

  @Test func `what nobody waits for is not asked over a metered link`() async throws {
    let store = try Store.inMemory(
      migrations: Ledger.migrations + ReviewQueue.migrations + ResponseCache.migrations + DeferredQueue.migrations
        + BudgetLog.migrations + BackgroundQueue.migrations + ShadowLog.migrations + LinkUsage.migrations)
    let remote = ScriptedAnswerer(answers: "from ", "afar")
    var parts = try router(
      store, remote: remote, errorBudget: 0.0001, audit: 1, change: { $0.mode = .answerAndEscalate }
    ).parts
    parts.link = LinkMeter(cap: nil, traffic: { .init() }, linkState: { .up }, isMetered: { _ in true })
    let router = Router(parts)
    #expect(await router.route(base.request(RouterTests.inScope)).tier == .generator)
    let later = try #require(try await router.answerNextInBackground())
    #expect(later.reply.reasons.contains(.link(.metered)) && remote.requests.isEmpty)
    #expect(try store.read { try BackgroundQueue.counts(in: $0) }.waiting == 1)
  }

  @Test func `an audited local answer gets a remote one beside it, unless it stays on this host`() async throws {
    for staysLocal in [false, true] {
      let store = try store()
      let remote = ScriptedAnswerer(answers: "other")
      let router = try router(store, remote: remote, errorBudget: 0.45, compares: true, audit: 1)
      let reply = await router.route(base.request(RouterTests.inScope))
      #expect(reply.tier == .generator)
      // The rule comes after the prompt was queued: it holds all the same.
      let later = try self.router(
        store, remote: remote, errorBudget: 0.45, compares: true, audit: 1,
        change: { policy in
          guard staysLocal else { return }
          var rule = RouteRule(name: "private", staysLocal: true)
          rule.condition.tenants = ["default"]
          policy.rules = RouteRules([rule])
        })
      let done = try #require(try await later.answerNextInBackground())
      #expect(done.purpose == .compare && (done.reply.answer == nil) == staysLocal)
      #expect(remote.requests.isEmpty == staysLocal)
      #expect(try samples(store).first?.other?.answer == (staysLocal ? nil : "other"))
      #expect(try samples(store).count == 1)
    }
  }

  @Test func `what may not leave, or is to be answered here, is not kept for a remote model`() async throws {
    for (model, staysLocal, waiting) in [("auto", false, 1), ("auto", true, 0), ("generator", false, 0)] {
      let store = try store()
      let router = try router(
        store, remote: ScriptedAnswerer(answers: "other"), errorBudget: 0.45, compares: true, audit: 1,
        change: { policy in
          guard staysLocal else { return }
          var rule = RouteRule(name: "private", staysLocal: true)
          rule.condition.tenants = ["default"]
          policy.rules = RouteRules([rule])
        })
      var asked = base.request(RouterTests.inScope)
      asked.settings.model = model
      #expect(await router.route(asked).tier == .generator)
      #expect(try store.read { try BackgroundQueue.counts(in: $0) }.waiting == waiting)
      // Nor is it once its answer is stored.
      asked.id = "b"
      #expect(await router.route(asked).tier == .exact)
      #expect(try store.read { try BackgroundQueue.counts(in: $0) }.waiting == 2 * waiting)
    }
  }

  @Test func `an audited remote answer gets the local one beside it, which costs nothing`() async throws {
    let store = try store()
    let remote = ScriptedAnswerer(answers: "remote")
    let router = try router(store, remote: remote, errorBudget: 0.0001, compares: true, audit: 1)
    #expect(await router.route(base.request(RouterTests.inScope)).tier == .premium)
    let done = try #require(try await router.answerNextInBackground())
    #expect(done.purpose == .local && done.reply.tier == .generator && done.reply.cost == .zero)
    let other = try samples(store).first?.other
    #expect(other?.tier == .generator && remote.requests.count == 1)
    // It was not good enough to be given, and is not cached.
    #expect(await router.route(base.request(RouterTests.inScope, id: "b")).answer == "remote")
  }

  @Test func `a remote that fails is tried again later, and given up at last`() async throws {
    let store = try store()
    let remote = ScriptedAnswerer { _, _ in .failure(.overloaded(status: 503, error: .unknown, retryAfter: nil)) }
    let router = try router(
      store, remote: remote, errorBudget: 0.0001, change: { $0.mode = .answerAndEscalate })
    _ = await router.route(base.request(RouterTests.inScope))
    for _ in 0..<BackgroundQueue.mostAttempts {
      _ = try await router.answerNextInBackground()
      try store.write { try $0.execute("UPDATE background_request SET next_at = 0") }
    }
    #expect(try await router.answerNextInBackground() == nil)
    #expect(try store.read { try BackgroundQueue.counts(in: $0) } == .init(waiting: 0, done: 0, abandoned: 1))
    #expect(try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 0), in: $0) } == .init())
  }

  @Test func `every answer has a known chance of being audited, from the caches and templates too`() async throws {
    let store = try store()
    var parts = try router(store, remote: ScriptedAnswerer(answers: "r"), errorBudget: 0.45, audit: 1).parts
    let first = Router(parts)
    _ = await first.route(base.request(RouterTests.inScope))
    _ = await first.route(base.request(RouterTests.inScope, id: "b"))
    _ = await first.route(base.request(RouterTests.beyond, id: "c"))
    let found = try samples(store)
    #expect(found.map(\.tier) == [.generator, .exact, .premium])
    #expect(found.allSatisfy { $0.probability > 0 && $0.head == "h" && $0.traceID != nil })
    // Confidence decided where a threshold stands.
    #expect(found[0].threshold != nil && found[0].budget == 0.45 && found[1].threshold == nil)
    // Without audits nothing confident is kept, and nothing is claimed of it.
    parts.sampler = ReviewSampler(uncertain: 0, audit: 0)
    _ = await Router(parts).route(base.request(RouterTests.inScope, id: "d"))
    #expect(try samples(store).count == 3)
  }

  @Test func `a shadow decides without acting, and both plans are counted`() async throws {
    let store = try store()
    let remote = ScriptedAnswerer(answers: "r")
    let router = try router(
      store, remote: remote, errorBudget: 0.45, audit: 1, shadow: RoutePolicy(errorBudget: 0.0001))
    let reply = await router.route(base.request(RouterTests.inScope))
    #expect(reply.tier == .generator && remote.requests.isEmpty)
    _ = await router.route(base.request(RouterTests.beyond, id: "b"))
    let counts = try store.read { try ShadowLog.counts(of: "s", in: $0) }
    #expect(
      counts.map { "\($0.acting?.rawValue ?? "-") \($0.decided?.rawValue ?? "-") \($0.requests)" }.sorted()
        == ["generator premium 1", "premium premium 1"])
    let different = try #require(counts.first { $0.acting == .generator })
    #expect(different.priced == 1 && different.actingCost == .zero && different.shadowCost > .zero)
    let latest = try store.read { try ShadowLog.differences(of: "s", limit: 9, in: $0) }
    #expect(latest.map(\.traceID) == [reply.traceID.description])
    #expect(try samples(store).map(\.shadow?.tier) == [.premium, .premium])
  }
}
