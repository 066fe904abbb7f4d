import Synchronization
import Testing
import WeirCache
import WeirDomain
import WeirLedger
import WeirProviders
import WeirReview
import WeirRouting
import WeirStore
import WeirTestSupport

/// Modes, deadlines, money and ensembles on the request's way.
@Suite struct RouteTermsTests {
  private func request(_ text: String = RouterTests.beyond) -> RouteRequest { RouterTests().request(text) }

  private func router(
    _ remotes: [RemoteRoutes.Route], store: Store? = nil, local: (any LocalAnswerer)? = ScriptedLocal(),
    whenUnanswered: RouterSettings.Unanswered = .keepForLater, _ change: (inout RoutePolicy) -> Void = { _ in }
  ) throws -> Router {
    var policy = RoutePolicy(errorBudget: 0.001)
    change(&policy)
    return try RouterTests().router(
      store: try store ?? RouterTests().store(), local: local, remotes: remotes, whenUnanswered: whenUnanswered,
      policy: policy)
  }

  // MARK: answer_and_escalate

  @Test func `a doubtful answer that is given at once is not cached`() async throws {
    let local = ScriptedLocal()
    let remote = ScriptedAnswerer(answers: "from afar")
    let router = try router([.init(tier: .premium, model: "big", answerer: remote)], local: local) {
      // Nothing is confident enough, and nothing but confidence speaks against the local answer.
      var rule = RouteRule(name: "careful")
      rule.effect.threshold = 1
      rule.effect.mode = .answerAndEscalate
      $0.rules = RouteRules([rule])
    }
    let reply = await router.route(request(RouterTests.inScope))
    #expect(reply.tier == .generator)
    #expect(reply.band == .escalate)
    #expect(reply.reasons.contains(.policy(.answeredMeanwhile(model: "big"))))
    _ = await router.route(request(RouterTests.inScope))
    #expect(local.calls == 2)
  }

  // MARK: Deadlines

  @Test func `a request whose time is over before a remote is asked fails in its own words and does not wait`()
    async throws
  {
    let store = try RouterTests().store()
    let remote = ScriptedAnswerer(answers: "late")
    let slow = SlowLocal(nanoseconds: 20_000_000)
    let router = try RouterTests().router(
      store: store, local: slow, remotes: [.init(tier: .premium, model: "big", answerer: remote)],
      policy: RoutePolicy(errorBudget: 0.45), monotonic: slow.now)
    var asked = request(RouterTests.inScope)
    asked.deadlineMilliseconds = 10
    let reply = await router.route(asked)
    guard case .failed(let error) = reply.outcome else {
      Issue.record("a failure was expected, not \(reply.outcome)")
      return
    }
    #expect(error.code == "out_of_time")
    #expect(error.kind == .timedOut)
    #expect(remote.requests.isEmpty)
  }

  @Test func `a remote is told how much time is left`() async throws {
    let remote = ScriptedAnswerer(answers: "in time")
    let router = try router([.init(tier: .premium, model: "big", answerer: remote)])
    var asked = request()
    asked.deadlineMilliseconds = 60_000
    #expect(await router.route(asked).answer == "in time")
    let left = try #require(remote.requests.first?.deadline)
    #expect(left > .zero && left <= .seconds(60))
    #expect(await router.route(request("Compose a sonnet on basalt.")).answer == "in time")
    #expect(remote.requests.last?.deadline == nil)
  }

  @Test func `a request with a deadline is not kept for later`() async throws {
    let busy = ScriptedAnswerer { _, _ in
      .failure(.overloaded(status: 503, error: ProviderErrorCode(type: nil, code: nil), retryAfter: nil))
    }
    let router = try router([.init(tier: .premium, model: "big", answerer: busy)])
    #expect(await router.route(request()).outcome == .deferred)
    var asked = request()
    asked.deadlineMilliseconds = 60_000
    guard case .failed = await router.route(asked).outcome else {
      Issue.record("a failure was expected")
      return
    }
  }

  // MARK: Money

  @Test func `a remote writes no more than the request's money buys`() async throws {
    let remote = ScriptedAnswerer(answers: "cheap")
    let router = try router([.init(tier: .premium, model: "big", answerer: remote)])
    var asked = request()
    // Seven picodollars a token read, eleven a token written.
    asked.maxCost = Money(picodollars: 7 * 13 + 11 * 200)
    #expect(await router.route(asked).answer == "cheap")
    #expect(remote.requests.first?.settings.maxTokens == 200)
  }

  @Test func `a request that cannot pay for an answer fails in its own words`() async throws {
    let remote = ScriptedAnswerer(answers: "dear")
    let router = try router([.init(tier: .premium, model: "big", answerer: remote)])
    for model in ["auto", "big"] {
      var asked = request()
      asked.settings.model = model
      asked.maxCost = Money(picodollars: 100)
      guard case .failed(let error) = await router.route(asked).outcome else {
        Issue.record("a failure was expected")
        return
      }
      #expect(error.code == "too_dear")
      #expect(error.message.contains("big is not asked: its answer costs at least"))
    }
    #expect(remote.requests.isEmpty)
  }

  @Test func `what answers cost that were not given is no longer there for the next one`() async throws {
    let empty = ScriptedAnswerer(answers: " ", " ", " ", " ")
    let next = ScriptedAnswerer(answers: "cheap")
    let router = try router([
      .init(tier: .standard, model: "big", answerer: empty), .init(tier: .premium, model: "big", answerer: next),
    ]) { $0.premiumComplexity = 1 }
    var asked = request()
    asked.maxCost = Money(picodollars: 7 * 13 + 11 * 200)
    #expect(await router.route(asked).answer == "cheap")
    #expect(empty.requests.first?.settings.maxTokens == 200)
    // The empty one read a token and wrote four.
    #expect(next.requests.first?.settings.maxTokens == (11 * 200 - 7 - 4 * 11) / 11)
  }

  @Test func `nobody is asked for money that is spent`() async throws {
    let empty = ScriptedAnswerer(answers: " ", " ", " ", " ")
    let next = ScriptedAnswerer(answers: "dear")
    let router = try router([
      .init(tier: .standard, model: "big", answerer: empty), .init(tier: .premium, model: "big", answerer: next),
    ]) { $0.premiumComplexity = 1 }
    var asked = request()
    asked.maxCost = Money(picodollars: 7 * 13 + 11 * 130)
    let reply = await router.route(asked)
    #expect(next.requests.isEmpty && empty.requests.count == 1)
    #expect(reply.reasons.contains { $0.code == "too_dear" })
    #expect(reply.cost == Money(picodollars: 7 + 4 * 11))
  }

  @Test func `two that are asked together share the money`() async throws {
    let one = ScriptedAnswerer(answers: "Glass.")
    let other = ScriptedAnswerer(answers: "glass.")
    let router = try ensemble(one, other)
    var asked = request()
    asked.maxCost = Money(picodollars: 2 * (7 * 13 + 11 * 300))
    #expect(await router.route(asked).answer == "Glass.")
    #expect(one.requests.first?.settings.maxTokens == 300)
    #expect(other.requests.first?.settings.maxTokens == 300)
  }

  // MARK: Ensembles

  private func ensemble(
    _ one: ScriptedAnswerer, _ other: ScriptedAnswerer, _ able: ScriptedAnswerer? = nil,
    store: Store? = nil
  ) throws -> Router {
    var routes: [RemoteRoutes.Route] = [
      .init(tier: .economy, model: "big", answerer: one), .init(tier: .standard, model: "big", answerer: other),
    ]
    if let able { routes.append(.init(tier: .premium, model: "big", answerer: able)) }
    return try router(routes, store: store) {
      $0.ensemble = [.economy, .standard]
      $0.premiumComplexity = 1
    }
  }

  @Test func `two that agree answer, and both are paid for`() async throws {
    let able = ScriptedAnswerer(answers: "never asked")
    let router = try ensemble(
      ScriptedAnswerer(answers: "Glass of fire,", " born black."),
      ScriptedAnswerer(answers: "glass of fire, born BLACK."),
      able)
    let reply = await router.route(request())
    #expect(reply.tier == .economy)
    #expect(reply.answer == "Glass of fire, born black.")
    #expect(reply.reasons.contains { $0.code == "agreed" })
    #expect(reply.cost == Money(picodollars: (7 + 2 * 11) + (7 + 11)))
    #expect(able.requests.isEmpty)
  }

  @Test func `two that differ in a number leave it to an abler one, and a person looks at it`() async throws {
    let store = try RouterTests().store()
    let able = ScriptedAnswerer(answers: "It melts at 1000 degrees.")
    let router = try ensemble(
      ScriptedAnswerer(answers: "It melts at 900 degrees Celsius."),
      ScriptedAnswerer(answers: "It melts at 700 degrees Celsius."), able, store: store)
    let reply = await router.route(request())
    #expect(reply.tier == .premium)
    #expect(reply.reasons.contains(.disagreed("numbers or units differ")))
    #expect(reply.cost == Money(picodollars: 3 * (7 + 11)))
    #expect(try store.read { try ReviewQueue.count(of: .cascaded, in: $0) } == 1)
  }

  @Test func `one that fails leaves it to an abler one`() async throws {
    let refusing = ScriptedAnswerer { _, _ in
      .failure(.refused(status: 400, error: ProviderErrorCode(type: nil, code: nil)))
    }
    let able = ScriptedAnswerer(answers: "able")
    let reply = await (try ensemble(refusing, ScriptedAnswerer(answers: "alone"), able)).route(request())
    #expect(reply.answer == "able")
    #expect(reply.reasons.contains(.disagreed("only one of them answered")))
  }

  @Test func `two that differ with nobody behind them are not asked again, unless one was away`() async throws {
    let differing = try ensemble(
      ScriptedAnswerer(answers: "It melts at 900 degrees Celsius."),
      ScriptedAnswerer(answers: "It melts at 700 degrees Celsius."), nil)
    guard case .failed(let error) = await differing.route(request()).outcome else {
      Issue.record("it waits to be paid for again")
      return
    }
    #expect(error.code == "disagreement")
    let away = ScriptedAnswerer { _, _ in .failure(.linkDown(wait: .seconds(1))) }
    let alone = try ensemble(away, ScriptedAnswerer(answers: "alone"), nil)
    #expect(await alone.route(request()).outcome == .deferred)
  }

  @Test func `the generator and a remote model that agree`() async throws {
    let remote = ScriptedAnswerer(answers: "scripted")
    let router = try router([.init(tier: .economy, model: "big", answerer: remote)]) {
      $0.ensemble = [.generator, .economy]
      var rule = RouteRule(name: "careful")
      rule.effect.threshold = 1
      rule.effect.ensemble = [.generator, .economy]
      $0.rules = RouteRules([rule])
      $0.economyComplexity = 1
      $0.premiumComplexity = 1
    }
    let reply = await router.route(request(RouterTests.inScope))
    #expect(reply.tier == .generator)
    #expect(reply.answer == "scripted")
    #expect(reply.cost > .zero)
  }
}

/// A local answerer that takes its time of a clock of its own and then fails its check.
final class SlowLocal: LocalAnswerer {
  let model = "slow"
  let window = 512
  let readsSingleTurns = true
  let followsInstructions = false
  private let clock = Mutex<Int64>(0)
  private let nanoseconds: Int64

  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  var now: @Sendable () -> Int64 { { self.clock.withLock { $0 } } }

  func promptTokens(of messages: [ChatMessage], intent: String?) -> Int { 3 }

  func answerTokens(for settings: ModelSettings) -> Int { 100 }

  func answer(
    _ messages: [ChatMessage], intent: String?, settings: ModelSettings, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RouteError) -> LocalAnswer {
    clock.withLock { $0 += nanoseconds }
    return LocalAnswer(
      text: "late", usage: TokenUsage(prompt: 3, completion: 2), verdict: isCancelled() ? .cancelled : .rejected("slow")
    )
  }
}
