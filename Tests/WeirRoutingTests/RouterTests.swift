import Foundation
import Synchronization
import Testing
import WeirCache
import WeirClassifier
import WeirDomain
import WeirEncoder
import WeirEntities
import WeirFiles
import WeirHTTP
import WeirLedger
import WeirModelFiles
import WeirProviders
import WeirReview
import WeirRouting
import WeirStore
import WeirTestSupport

/// The request's way with the real encoder and classifier, and answerers that say what the test wrote down.
@Suite struct RouterTests {
  private static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Assets/Models").path

  /// Read once for all tests.
  private static let parts: Result<(Encoder, IntentClassifier), any Error> = Result {
    let encoder = try Encoder(GGUFFile(path: models + "/encoder.gguf"))
    return (
      encoder,
      try IntentClassifier(
        from: GGUFFile(path: models + "/intents.gguf"), encoderFingerprint: encoder.fingerprint)
    )
  }

  func router(
    store: Store, local: (any LocalAnswerer)? = ScriptedLocal(), remotes: [RemoteRoutes.Route] = [],
    templates: AnswerTemplates = AnswerTemplates(), errorBudget: Double = 0.45,
    whenUnanswered: RouterSettings.Unanswered = .keepForLater, cache: CacheConfiguration = CacheConfiguration(),
    policy: RoutePolicy? = nil, monotonic: (@Sendable () -> Int64)? = nil
  ) throws -> Router {
    let (encoder, classifier) = try Self.parts.get()
    let price = Price(
      validFrom: Timestamp(milliseconds: 0), input: Money(picodollars: 7), output: Money(picodollars: 11))
    let counter = Mutex<Int64>(0)
    let clock = NodeClock(
      monotonic: monotonic ?? {
        counter.withLock {
          $0 += 1; return $0
        }
      }, wall: { Timestamp(milliseconds: 1_000_000) },
      random: {
        UInt64(
          counter.withLock {
            $0 += 1; return $0
          }) &* 0x9E37_79B9_7F4A_7C15
      })
    return Router(
      Router.Parts(
        encoder: encoder, classifier: classifier,
        cache: try ResponseCache.open(
          store: store, configuration: cache,
          encoder: .init(fingerprint: encoder.fingerprint, dimension: encoder.shape.width),
          at: clock.wall()),
        local: local, templates: templates, remotes: RemoteRoutes(remotes), store: store,
        prices: PriceList(asOf: "2026-01-01", baseline: "big", prices: ["big": [price]]),
        policy: policy ?? RoutePolicy(errorBudget: errorBudget), sampler: ReviewSampler(uncertain: 1, audit: 0),
        settings: RouterSettings(maxPromptBytes: 10_000, whenUnanswered: whenUnanswered), clock: clock))
  }

  func store() throws -> Store {
    try Store.inMemory(
      migrations: Ledger.migrations + ReviewQueue.migrations + ResponseCache.migrations + DeferredQueue.migrations
        + LinkUsage.migrations)
  }

  func request(_ text: String, id: String = "a") -> RouteRequest {
    RouteRequest(id: id, messages: [ChatMessage(role: .user, content: text)])
  }

  static let inScope = "What is your refund policy?"
  static let beyond = "Compose a sonnet on volcanic glass."

  @Test func `a confident prompt is answered locally once and then from the cache`() async throws {
    let store = try store()
    let local = ScriptedLocal()
    let router = try router(store: store, local: local)
    let first = await router.route(request(Self.inScope))
    #expect(first.tier == .generator)
    #expect(first.answer == "scripted")
    let second = await router.route(request(Self.inScope, id: "b"))
    #expect(second.tier == .exact)
    #expect(local.calls == 1)
    #expect(second.savedByCache == Money(picodollars: 3 * 7 + 2 * 11))
    #expect(first.savedByRouting == second.savedByCache)
  }

  @Test func `every request leaves exactly one cost event with its steps`() async throws {
    let store = try store()
    let router = try router(store: store)
    for (index, text) in [Self.inScope, Self.inScope, Self.beyond, ""].enumerated() {
      _ = await router.route(request(text, id: "\(index)"))
    }
    let report = try LedgerReport.make(LedgerReport.Query(), from: store)
    #expect(report.total.requests == 4)
    #expect(report.total.outcomes == [.answered: 2, .deferred: 1, .failed: 1])
    let steps = await router.route(request("I forgot my password.", id: "z")).timings.map(\.step)
    #expect(steps == [.normalize, .admit, .exact, .embed, .similar, .classify, .decide, .answer, .record])
    #expect(report.total.steps[.record]?.count == 4)
  }

  @Test func `an answer that fails its check cascades to a remote and is kept for review`() async throws {
    let store = try store()
    let remote = ScriptedAnswerer(answers: "from ", "afar")
    let router = try router(
      store: store, local: ScriptedLocal(verdict: .rejected("loop")),
      remotes: [.init(tier: .premium, model: "big", answerer: remote)])
    let reply = await router.route(request(Self.inScope))
    #expect(reply.tier == .premium)
    #expect(reply.answer == "from afar")
    #expect(reply.reasons.contains(.checkFailed("loop")))
    #expect(reply.cost == Money(picodollars: 1 * 7 + 2 * 11))
    let causes = try store.read { try ReviewQueue.count(of: .cascaded, in: $0) }
    #expect(causes == 1)
  }

  @Test(arguments: [LocalAnswer.Verdict.accepted, .rejected("unfit")])
  func `the generator's own estimate of its answer is among the reasons`(verdict: LocalAnswer.Verdict) async throws {
    let local = ScriptedLocal(verdict: verdict, acceptance: .init(probability: 0.61, least: 0.7))
    let router = try router(store: store(), local: local, remotes: [])
    let reply = await router.route(request(Self.inScope))
    let reason = try #require(reply.reasons.first { $0.code == "acceptance" })
    #expect(reason == .acceptance(probability: 0.61, threshold: 0.7))
    #expect(reason.text.contains("0.610") && reason.text.contains("0.700"))
    #expect(reply.reasons.contains(.checkPassed) == (verdict == .accepted))
  }

  @Test func `the next tier is asked when one is overloaded`() async throws {
    let busy = ScriptedAnswerer(name: "busy") { _, _ in
      .failure(.overloaded(status: 503, error: ProviderErrorCode(type: nil, code: nil), retryAfter: nil))
    }
    let free = ScriptedAnswerer(answers: "ok")
    let router = try router(
      store: try store(), local: nil,
      remotes: [
        .init(tier: .economy, model: "big", answerer: busy), .init(tier: .premium, model: "big", answerer: free),
      ])
    let reply = await router.route(request(Self.beyond))
    #expect(reply.tier == .premium)
    #expect(reply.reasons.map(\.code).contains("remote_failed"))
  }

  @Test func `what nobody can answer waits, fails or is answered in doubt, as the operator chose`() async throws {
    let store = try store()
    let waiting = await (try router(store: store, errorBudget: 0.001)).route(request(Self.beyond))
    #expect(waiting.outcome == .deferred)
    let failed = await (try router(store: store, errorBudget: 0.001, whenUnanswered: .fail)).route(
      request(Self.beyond))
    guard case .failed(let error) = failed.outcome else {
      Issue.record("an error was expected")
      return
    }
    #expect(error.code == "no_remote")
    let local = ScriptedLocal()
    let router = try router(store: store, local: local, errorBudget: 0.001, whenUnanswered: .answerLocally)
    let doubtful = await router.route(request(Self.beyond))
    #expect(doubtful.tier == .generator)
    #expect(doubtful.reasons.last == .offlineFallback)
    // An answer in doubt is never served again from the cache.
    #expect(await router.route(request(Self.beyond)).tier == .generator)
    #expect(local.calls == 2)
  }

  @Test func `a deferred prompt is settled in the transaction that records its answer`() async throws {
    let store = try store()
    _ = await (try router(store: store)).route(request(Self.beyond))
    let remote = ScriptedAnswerer(answers: "late")
    let router = try router(store: store, remotes: [.init(tier: .premium, model: "big", answerer: remote)])
    let reply = try #require(try await router.routeNextDeferred())
    #expect(reply.reply.answer == "late")
    // While its run may still deliver it, nobody else does.
    #expect(try await router.routeNextDeferred() == nil)
    try store.write { transaction in _ = try transaction.execute("UPDATE deferred_request SET claimed_until = 0") }
    #expect(try await router.routeNextDeferred()?.reply.reasons == [.deliveredLate])
    #expect(try router.nextKeptAnswer() == nil)
    try router.confirmDelivery(of: reply)
    #expect(try await router.routeNextDeferred() == nil)
    let counts = try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 1_000_000), in: $0) }
    #expect(counts.answered == 1)
    #expect(counts.waiting == 0)
  }

  @Test func `a deferred prompt that nobody can serve as asked is given up`() async throws {
    let store = try store()
    _ = await (try router(store: store)).route(request(Self.beyond))
    let refusing = ScriptedAnswerer { _, _ in
      .failure(.refused(status: 400, error: ProviderErrorCode(type: nil, code: nil)))
    }
    let router = try router(store: store, remotes: [.init(tier: .premium, model: "big", answerer: refusing)])
    _ = try await router.routeNextDeferred()
    let counts = try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 1_000_000), in: $0) }
    #expect(counts.abandoned == 1)
    #expect(try await router.routeNextDeferred() == nil)
  }

  @Test func `a second provider of the same tier is asked when the first is down`() async throws {
    let down = ScriptedAnswerer(name: "down") { _, _ in .failure(.deadline(allowed: .seconds(1))) }
    let up = ScriptedAnswerer(answers: "ok")
    let router = try router(
      store: try store(), local: nil,
      remotes: [
        .init(tier: .premium, model: "big", answerer: down), .init(tier: .premium, model: "big", answerer: up),
      ])
    #expect(await router.route(request(Self.beyond)).answer == "ok")
  }

  @Test func `a system message keeps the single-turn generator out`() async throws {
    let router = try router(store: try store())
    let asked = RouteRequest(
      id: "s",
      messages: [
        ChatMessage(role: .system, content: "Answer in French."), ChatMessage(role: .user, content: Self.inScope),
      ])
    #expect(await router.route(asked).outcome == .deferred)
    var forced = asked
    forced.settings.model = "generator"
    let reply = await router.route(forced)
    guard case .failed = reply.outcome else {
      Issue.record("a failure was expected, not \(reply.outcome)")
      return
    }
  }

  @Test func `a cancelled request is not deferred`() async throws {
    let store = try store()
    let router = try router(store: store)
    let reply = await router.route(request(Self.inScope), isCancelled: { true })
    guard case .failed(let error) = reply.outcome else {
      Issue.record("an error was expected")
      return
    }
    #expect(error.kind == .cancelled)
  }

  private func answers(_ text: String) throws -> AnswerTemplates {
    AnswerTemplates(
      ["check_refund_policy", "get_refund", "cancel_order"].map { intent in
        .init(id: "t-\(intent)", intent: intent, text: (try? SlotText(strict: text)) ?? SlotText(lenient: "bad"))
      }, constants: ["Website URL": "https://example.org"])
  }

  @Test func `an approved answer is given without a generator, saves money, and is never stored`() async throws {
    let store = try store()
    let router = try router(store: store, local: nil, templates: try answers("See {{Website URL}}."))
    for id in ["a", "b"] {
      let reply = await router.route(request(Self.inScope, id: id))
      #expect(reply.tier == .template)
      #expect(reply.answer == "See https://example.org.")
      #expect(reply.model == "template/t-\(reply.intent ?? "")")
      #expect(reply.savedByRouting > .zero && reply.cost == .zero)
      #expect(reply.reasons.map(\.code).contains("template"))
    }
    let changed = try self.router(store: store, local: nil, templates: try answers("New."))
    #expect(await changed.route(request(Self.inScope)).answer == "New.")
  }

  @Test func `an approved answer goes before what the caches hold, and gives way to it where it does not fit`()
    async throws
  {
    let store = try store()
    let none = AnswerTemplates(constants: try answers("-").constants)
    let first = await (try router(store: store, templates: none)).route(request(Self.inScope))
    #expect(first.tier == .generator)
    let fitting = try router(store: store, templates: try answers("Approved."))
    let approved = await fitting.route(request(Self.inScope))
    #expect(approved.tier == .template)
    #expect(!approved.reasons.contains(.exactHit))
    let open = try router(store: store, templates: try answers("Order {{Order Number}}."))
    let stored = await open.route(request(Self.inScope))
    #expect(stored.tier == .exact)
    #expect(stored.reasons == [.exactHit])
  }

  @Test func `an answer that was filled with other constants is not served`() async throws {
    let store = try store()
    func route(_ constants: [String: String]) async throws -> Tier? {
      await (try router(store: store, templates: AnswerTemplates(constants: constants))).route(request(Self.inScope))
        .tier
    }
    #expect(try await route(["Company": "Ada"]) == .generator)
    #expect(try await route(["Company": "Ada"]) == .exact)
    #expect(try await route(["Company": "Bo"]) == .generator)
    #expect(try await route([:]) == .generator)
  }

  @Test func `slots are filled from the prompt, and one prompt's values never reach another`() async throws {
    let store = try store()
    let router = try router(
      store: store, local: ScriptedLocal(text: "Order {{Order Number}}, see {{Website URL}}, {{Support Hours}}."),
      templates: AnswerTemplates(constants: ["Website URL": "https://example.org"]))
    let first = await router.route(request("I want to cancel order 88231907"))
    #expect(first.tier == .generator)
    #expect(first.answer == "Order 88231907, see https://example.org, {{Support Hours}}.")
    #expect(first.reasons.contains(.openSlots(["Support Hours"])))
    #expect(first.entities.map(\.text) == ["88231907"])
    let second = await router.route(request("I want to cancel order 88231908"))
    #expect(second.answer?.hasPrefix("Order 88231908") == true)
    let template = try self.router(store: try self.store(), templates: try answers("Order {{Order Number}} it is."))
    #expect(await template.route(request("I want to cancel order 88231907")).answer == "Order 88231907 it is.")
    let two = await template.route(request("I want to cancel order 88231907 or order 88231999"))
    #expect(two.tier == .generator)
    #expect(two.reasons.contains(.templateOpen("t-cancel_order", slots: ["Order Number"])))
  }

  @Test func `a generator that reads slots never sees the values`() async throws {
    let local = ScriptedLocal(text: "{{Order Number}}", readsSlots: true)
    let router = try router(store: try store(), local: local)
    let reply = await router.route(request("I want to cancel order 88231907"))
    #expect(local.lastPrompt == "I want to cancel order {{Order Number}}")
    #expect(reply.answer == "88231907")
  }

  @Test func `a deferred or doubtful prompt gets an approved answer`() async throws {
    let store = try store()
    #expect(await (try router(store: store, local: nil)).route(request(Self.inScope)).outcome == .deferred)
    let router = try router(store: store, local: nil, templates: try answers("Approved."))
    #expect(try await router.routeNextDeferred()?.reply.tier == .template)
    let doubtful = try self.router(
      store: try self.store(), local: nil, templates: try answers("Approved."), errorBudget: 0.000001,
      whenUnanswered: .answerLocally)
    let reply = await doubtful.route(request(Self.inScope))
    #expect(reply.tier == .template)
    #expect(reply.reasons.last == .offlineFallback)
  }

  @Test func `an earlier turn makes another prompt of it`() async throws {
    let store = try store()
    let remote = ScriptedAnswerer { number, _ in .answer(["answer \(number)"]) }
    let router = try router(store: store, remotes: [.init(tier: .premium, model: "big", answerer: remote)])
    func conversation(_ first: String) -> RouteRequest {
      RouteRequest(
        id: "c",
        messages: [
          ChatMessage(role: .user, content: first), ChatMessage(role: .assistant, content: "yes"),
          ChatMessage(role: .user, content: "and for children?"),
        ])
    }
    let museum = await router.route(conversation("What does the museum cost?"))
    let train = await router.route(conversation("What does the train cost?"))
    #expect(museum.answer != train.answer)
    #expect(museum.reasons.contains(.conversation(turns: 3)))
    #expect(await router.route(conversation("What does the train cost?")).tier == .exact)
  }
}

/// A local answerer that gives one answer with one verdict.
final class ScriptedLocal: LocalAnswerer {
  let model = "scripted"
  let window = 512
  let readsSingleTurns = true
  let followsInstructions = false
  let readsSlots: Bool
  private let text: String
  private let verdict: LocalAnswer.Verdict
  private let acceptance: LocalAnswer.Acceptance?
  private let prompt = Mutex("")
  private let count = Mutex(0)

  init(
    verdict: LocalAnswer.Verdict = .accepted, acceptance: LocalAnswer.Acceptance? = nil, text: String = "scripted",
    readsSlots: Bool = false
  ) {
    (self.verdict, self.acceptance, self.text, self.readsSlots) = (verdict, acceptance, text, readsSlots)
  }

  var calls: Int { count.withLock { $0 } }

  /// The last turn that it was asked.
  var lastPrompt: String { prompt.withLock { $0 } }

  func promptTokens(of messages: [ChatMessage], intent: String?) -> Int { 3 }

  func answerTokens(for settings: ModelSettings) -> Int { 100 }

  func answer(
    _ messages: [ChatMessage], intent: String?, settings: ModelSettings,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(RouteError) -> LocalAnswer {
    count.withLock { $0 += 1 }
    prompt.withLock { $0 = messages.last?.content ?? "" }
    return LocalAnswer(
      text: text, usage: TokenUsage(prompt: 3, completion: 2), verdict: isCancelled() ? .cancelled : verdict,
      acceptance: acceptance)
  }
}
