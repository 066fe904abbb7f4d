import Testing
import WeirCache
import WeirDomain
import WeirLedger
import WeirTestSupport

@testable import WeirRouting

/// Several requests at the same time, with the real encoder.
@Suite struct RouterFlightTests {
  private let base = RouterTests()
  private static let asked = "How can I track my order?"
  private static let askedOtherwise = "How could I track my order?"

  private func request(_ text: String, _ change: (inout RouteRequest) -> Void = { _ in }) -> RouteRequest {
    var request = base.request(text)
    change(&request)
    return request
  }

  /// Lets others run until it is so.
  private func until(_ isSo: () -> Bool) async {
    while !isSo() { await Task.yield() }
  }

  /// Routes the requests at the same time, opens the gate once `isReady`, and returns the replies in order.
  private func route(
    _ requests: [RouteRequest], _ router: Router, _ local: GatedLocal, opensWhen isReady: () -> Bool
  ) async -> [RouteReply] {
    await withTaskGroup(of: (Int, RouteReply).self) { group in
      for (index, request) in requests.enumerated() {
        group.addTask { (index, await router.route(request)) }
      }
      await until(isReady)
      local.open()
      var replies: [Int: RouteReply] = [:]
      for await (index, reply) in group { replies[index] = reply }
      return requests.indices.compactMap { replies[$0] }
    }
  }

  @Test func `equal requests at the same time are computed once, and only once paid for`() async throws {
    let (store, local) = (try base.store(), GatedLocal())
    let router = try base.router(store: store, local: local)
    let replies = await route(Array(repeating: request(Self.asked), count: 8), router, local) {
      router.flights.waiterCount == 7
    }
    #expect(local.calls == 1)
    #expect(replies.count { $0.tier == .generator } == 1)
    let joined = replies.filter { $0.reasons == [.exactHit, .joined] }
    #expect(joined.count == 7)
    #expect(joined.allSatisfy { $0.tier == .exact && $0.cost == .zero && $0.savedByCache > .zero })
    #expect(joined.allSatisfy { $0.timings.map(\.step).contains(.wait) && $0.answer == "answer 1" })
    #expect(try LedgerReport.make(LedgerReport.Query(), from: store).total.requests == 8)
    #expect(router.flights.leaderCount == 0)
  }

  @Test func `tenants do not wait for each other`() async throws {
    let local = GatedLocal()
    let router = try base.router(store: base.store(), local: local)
    let replies = await route(
      [request(Self.asked) { $0.tenant = "a" }, request(Self.asked) { $0.tenant = "b" }], router, local
    ) { local.calls == 2 }
    #expect(replies.allSatisfy { $0.tier == .generator })
  }

  @Test func `after a failure one of those who wait computes for the others`() async throws {
    let local = GatedLocal(verdicts: [.rejected("loop"), .rejected("loop")])
    let router = try base.router(store: base.store(), local: local, whenUnanswered: .fail)
    let replies = await route(Array(repeating: request(Self.asked), count: 5), router, local) {
      router.flights.waiterCount == 4
    }
    #expect(local.calls == 3)
    #expect(replies.count { $0.answer == nil } == 2)
    #expect(replies.count { $0.tier == .generator } == 1)
    #expect(replies.count { $0.reasons.contains(.joined) } == 2)
  }

  @Test(arguments: [RouteRequest.CachePolicy.off, .refresh])
  func `requests that bypass the caches wait for nobody`(policy: RouteRequest.CachePolicy) async throws {
    let local = GatedLocal()
    let router = try base.router(store: base.store(), local: local)
    let requests = Array(repeating: request(Self.asked) { $0.cache = policy }, count: 3)
    let replies = await route(requests, router, local) { local.calls == 3 }
    #expect(replies.allSatisfy { $0.tier == .generator })
  }

  @Test func `what is one person's own is awaited by that person alone`() async throws {
    let own = "Where is my order?"
    let local = GatedLocal()
    var cache = CacheConfiguration()
    cache.admitted = [.personal]
    let router = try base.router(store: base.store(), local: local, cache: cache)
    let users: [String?] = [nil, nil, "ann", "bob", "ann"]
    let replies = await route(
      users.map { user in
        request(own) {
          $0.user = user
          $0.settings.model = "generator"
        }
      }, router, local
    ) { local.calls == 4 && router.flights.waiterCount == 1 }
    #expect(replies.count { $0.reasons.contains(.joined) } == 1)
    #expect(replies[2].answer == replies[4].answer)
    #expect(replies.prefix(2).allSatisfy { $0.reasons.contains(.notCached(.personal)) })
    #expect(replies[3].reasons.contains(.exactOnly(.personal)))
  }

  @Test func `prompts that mean the same at the same time are computed once`() async throws {
    let local = GatedLocal()
    let router = try base.router(store: base.store(), local: local)
    await withTaskGroup(of: RouteReply.self) { group in
      group.addTask { await router.route(request(Self.asked)) }
      await until { local.calls == 1 }
      for _ in 0..<2 { group.addTask { await router.route(request(Self.askedOtherwise)) } }
      // One waits for the first prompt, and the other for that one.
      await until { router.flights.waiterCount == 2 }
      local.open()
      var replies: [RouteReply] = []
      for await reply in group { replies.append(reply) }
      #expect(replies.count { $0.tier == .semantic } == 2)
      #expect(replies.contains { $0.reasons.contains(.coalesced) })
      #expect(replies.allSatisfy { $0.answer == "answer 1" })
    }
    #expect(local.calls == 1)
    #expect(router.flights.leaderCount == 0)
  }

  @Test func `prompts that ask for the opposite, or of another tenant, are each computed`() async throws {
    let local = GatedLocal()
    let router = try base.router(store: base.store(), local: local)
    func generator(_ text: String, _ tenant: String = "default") -> RouteRequest {
      request(text) {
        $0.tenant = tenant
        $0.settings.model = "generator"
      }
    }
    let replies = await route(
      [
        generator("How do I turn on notifications?"), generator("How do I turn off notifications?"),
        generator("How can I turn on notifications?", "other"),
      ], router, local
    ) { local.calls == 3 }
    #expect(Set(replies.compactMap(\.answer)).count == 3)
  }

  @Test func `a request that is cancelled while it waits ends at once`() async throws {
    let local = GatedLocal()
    let router = try base.router(store: base.store(), local: local)
    let leader = Task { await router.route(request(Self.asked)) }
    await until { local.calls == 1 }
    let follower = Task { await router.route(request(Self.asked)) }
    await until { router.flights.waiterCount == 1 }
    follower.cancel()
    guard case .failed(let error) = await follower.value.outcome else {
      Issue.record("an error was expected")
      return
    }
    #expect(error.kind == .cancelled)
    #expect(router.flights.waiterCount == 0)
    local.open()
    #expect(await leader.value.tier == .generator)
  }

  @Test func `a follow-up of one conversation is no answer to the same words in another`() async throws {
    let remote = ScriptedAnswerer { number, _ in .answer(["answer \(number)"]) }
    let router = try base.router(
      store: base.store(), remotes: [.init(tier: .premium, model: "big", answerer: remote)])
    func followUp(_ text: String, to first: String) -> RouteRequest {
      request(text) {
        $0.messages = [
          ChatMessage(role: .user, content: first), ChatMessage(role: .assistant, content: "12 euros."),
          ChatMessage(role: .user, content: text),
        ]
      }
    }
    let museum = "What does the museum cost?"
    let first = await router.route(followUp("How much does it cost for children?", to: museum))
    let other = await router.route(followUp("How much does it cost for children?", to: "What does the train cost?"))
    let again = await router.route(followUp("How much will it cost for children?", to: museum))
    let alone = await router.route(request("How much will it cost for children?"))
    #expect(first.tier == .premium && other.tier == .premium)
    #expect(first.answer != other.answer)
    #expect(again.tier == .semantic && again.answer == first.answer)
    #expect(alone.tier != .semantic)
  }
}
