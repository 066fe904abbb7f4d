import Glibc
import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirRouting

@Suite struct DeferredQueueTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)

  private let answer: DeferredQueue.Answer = {
    var random = SeededRandom(seed: 3)
    return .init(
      id: ULID(at: Timestamp(milliseconds: 5), using: &random), text: "here", tier: .premium, model: "big")
  }()

  private func store() throws -> Store { try Store.inMemory(migrations: DeferredQueue.migrations) }

  private func request(_ id: String, tenant: String = "t", _ priority: RouteRequest.Priority = .standard)
    -> RouteRequest
  {
    RouteRequest(id: id, messages: [ChatMessage(role: .user, content: "how")], tenant: tenant, priority: priority)
  }

  private func claim(_ store: Store, _ limit: Int, at now: Timestamp) throws -> [DeferredQueue.Claim] {
    try store.write { transaction in try DeferredQueue.claim(limit: limit, for: 1_000, at: now, in: transaction) }
  }

  private func counts(_ store: Store, at now: Timestamp) throws -> DeferredQueue.Counts {
    try store.read { transaction in try DeferredQueue.counts(at: now, in: transaction) }
  }

  @discardableResult
  private func enqueue(_ store: Store, _ requests: RouteRequest...) throws -> [Bool] {
    try store.write { transaction in
      var added: [Bool] = []
      for request in requests { added.append(try DeferredQueue.enqueue(request, at: start, in: transaction)) }
      return added
    }
  }

  private func complete(_ store: Store, _ claim: DeferredQueue.Claim) throws -> Bool {
    try store.write { transaction in try DeferredQueue.complete(claim, answer, in: transaction) }
  }

  private func fail(_ store: Store, _ claim: DeferredQueue.Claim, next: Timestamp?) throws -> Bool {
    try store.write { transaction in try DeferredQueue.fail(claim, nextAttempt: next, in: transaction) }
  }

  @Test func `a request comes back whole`() throws {
    let store = try store()
    let full = RouteRequest(
      id: "r\0\u{1F600}",
      messages: ChatMessage.Role.allCases.map { ChatMessage(role: $0, content: "a\n\"b\"\u{2028}é") },
      tenant: "t", user: "u", feature: "f", experiment: "e", priority: .express,
      settings: ModelSettings(model: "m", maxTokens: 5, temperature: 0.1, topP: 0.9, seed: .max, stop: ["x", ""]),
      cache: .refresh)
    try enqueue(store, full, request("plain"))
    let claims = try claim(store, 5, at: start)
    #expect(claims.map(\.request) == [full, request("plain")])
    #expect(claims.map(\.attempts) == [0, 0])
    #expect(claims[0].enqueuedAt == start && claims[0].until == start.adding(milliseconds: 1_000))
  }

  @Test func `the same request of a tenant waits once, and again when it comes back after its answer`() throws {
    let store = try store()
    #expect(try enqueue(store, request("r"), request("r"), request("r", tenant: "u")) == [true, false, true])
    let claim = try #require(try claim(store, 1, at: start).first)
    #expect(try complete(store, claim))
    #expect(try enqueue(store, request("r")) == [true])
    #expect(try counts(store, at: start) == DeferredQueue.Counts(waiting: 2, claimed: 0, answered: 1, abandoned: 0))
  }

  @Test func `an id that names another prompt this time is another request`() throws {
    let store = try store()
    let other = RouteRequest(id: "line-1", messages: [ChatMessage(role: .user, content: "what")], tenant: "t")
    #expect(try enqueue(store, request("line-1"), other) == [true, true])
  }

  @Test func `urgent ones go first, and among equals the oldest`() throws {
    let store = try store()
    try enqueue(
      store, request("b1", .batch), request("s1"), request("e1", .express), request("s2"), request("e2", .express))
    #expect(try claim(store, 2, at: start).map(\.request.id) == ["e1", "e2"])
    #expect(try claim(store, 9, at: start).map(\.request.id) == ["s1", "s2", "b1"])
    #expect(try claim(store, 9, at: start).isEmpty)
  }

  @Test func `a claim that runs out goes to the next, and the first can no longer write`() throws {
    let store = try store()
    try enqueue(store, request("r"))
    let first = try #require(try claim(store, 1, at: start).first)
    #expect(try counts(store, at: start).claimed == 1)
    #expect(try claim(store, 1, at: start.adding(milliseconds: 999)).isEmpty)
    let later = start.adding(milliseconds: 1_000)
    let second = try #require(try claim(store, 1, at: later).first)
    #expect(try !complete(store, first))
    #expect(try !fail(store, first, next: nil))
    #expect(try complete(store, second))
    #expect(try !complete(store, second))
    #expect(try counts(store, at: later).answered == 1)
  }

  @Test func `a failed one waits for its next attempt, or is given up`() throws {
    let store = try store()
    try enqueue(store, request("r"))
    let first = try #require(try claim(store, 1, at: start).first)
    let next = start.adding(milliseconds: 50)
    #expect(try fail(store, first, next: next))
    #expect(try claim(store, 1, at: start).isEmpty)
    let second = try #require(try claim(store, 1, at: next).first)
    #expect(second.attempts == 1)
    #expect(try fail(store, second, next: nil))
    #expect(try counts(store, at: next) == DeferredQueue.Counts(waiting: 0, claimed: 0, answered: 0, abandoned: 1))
  }

  @Test func `a body of another version is given up and kept`() throws {
    let store = try store()
    try enqueue(store, request("r"), request("s"))
    try store.write { transaction in
      try transaction.execute(
        "UPDATE deferred_request SET body = replace(body, '\"version\":1', '\"version\":9') WHERE request_id = 'r'")
    }
    #expect(try claim(store, 5, at: start).map(\.request.id) == ["s"])
    #expect(try counts(store, at: start).abandoned == 1)
  }

  @Test func `what was enqueued is there after the process is gone, and a claim of a dead worker runs out`() throws {
    let path = "/tmp/weir-deferred-\(getpid()).sqlite"
    defer { for suffix in ["", "-wal", "-shm"] { _ = unsafe unlink(path + suffix) } }
    do {
      let store = try Store.open(path: path, migrations: DeferredQueue.migrations)
      try enqueue(store, request("r"), request("s"))
      #expect(try claim(store, 1, at: start).map(\.request.id) == ["r"])
      // No close: the next one opens the files as they are, beside a connection that is never used again.
      let next = try Store.open(path: path, migrations: DeferredQueue.migrations)
      #expect(try claim(next, 5, at: start).map(\.request.id) == ["s"])
      #expect(try claim(next, 5, at: start.adding(milliseconds: 1_000)).map(\.request.id) == ["r", "s"])
      try next.close()
      try store.close()
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `every request is answered exactly once, however workers come and go`(seed: UInt64) throws {
    let store = try store()
    var random = SeededRandom(seed: seed)
    var now = start
    var held: [DeferredQueue.Claim] = []
    var answered: [String: Int] = [:]
    for number in 0..<40 { try enqueue(store, request("r\(number)", RouteRequest.Priority.allCases[number % 3])) }
    for _ in 0..<3_000 {
      now = now.adding(milliseconds: Int64.random(in: 0...100, using: &random))
      if held.count < 3 {
        held += try claim(store, Int.random(in: 1...3, using: &random), at: now)
      } else if let index = held.indices.randomElement(using: &random) {
        let claim = held.remove(at: index)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: break  // This worker died.
        case 1: _ = try fail(store, claim, next: now)
        default: if try complete(store, claim) { answered[claim.request.id, default: 0] += 1 }
        }
      }
      if answered.count == 40 { break }
    }
    #expect(answered.count == 40 && answered.values.allSatisfy { $0 == 1 })
    #expect(try counts(store, at: now).answered == 40)
  }

  @Test func `an answer is kept until it is delivered`() throws {
    let store = try store()
    try enqueue(store, request("r"))
    let claim = try #require(try claim(store, 1, at: start).first)
    #expect(try complete(store, claim))
    let kept = try #require(try store.read { try DeferredQueue.undelivered(in: $0) })
    #expect(kept.requestID == "r")
    #expect(kept.answer == answer)
    // Another answer's delivery says nothing of this one's.
    let other = try #require(ULID("01ARZ3NDEKTSV4RRFFQ69G5FAV"))
    try store.write { try DeferredQueue.markDelivered(kept.sequence, answer: other, in: $0) }
    #expect(try store.read { try DeferredQueue.undelivered(in: $0) } == kept)
    try store.write { try DeferredQueue.markDelivered(kept.sequence, answer: kept.answer.id, in: $0) }
    #expect(try store.read { try DeferredQueue.undelivered(in: $0) } == nil)
  }

  @Test func `a released request is due at once and was not tried`() throws {
    let store = try store()
    try enqueue(store, request("r"))
    let first = try #require(try claim(store, 1, at: start).first)
    try store.write { try DeferredQueue.release(first, in: $0) }
    #expect(try claim(store, 1, at: start).first?.attempts == 0)
  }

  @Test func `an unreadable one does not hide those behind it`() throws {
    let store = try store()
    try enqueue(store, request("old"), request("new"))
    try store.write { transaction in
      _ = try transaction.execute("UPDATE deferred_request SET body = '{}' WHERE request_id = 'old'")
    }
    #expect(try claim(store, 1, at: start).map(\.request.id) == ["new"])
    #expect(try counts(store, at: start).abandoned == 1)
  }

  @Test func `a claim that is renewed in time stays with its worker, and a lost one cannot be renewed`() throws {
    let store = try store()
    try enqueue(store, request("r"))
    let first = try #require(try claim(store, 1, at: start).first)
    func renew(_ claim: DeferredQueue.Claim, _ until: Int64) throws -> Bool {
      try store.write { try DeferredQueue.renew(claim, until: start.adding(milliseconds: until), in: $0) }
    }
    #expect(try renew(first, 5_000))
    #expect(try claim(store, 1, at: start.adding(milliseconds: 4_999)).isEmpty)
    let second = try #require(try claim(store, 1, at: start.adding(milliseconds: 5_000)).first)
    #expect(try !renew(first, 90_000))
    #expect(try renew(second, 9_000))
    #expect(try complete(store, second))
    #expect(try !renew(second, 99_000))
  }

  @Test func `an answer whose delivery failed waits for its next time, and others go on`() throws {
    let store = try store()
    try enqueue(store, request("r"), request("s"))
    for claim in try claim(store, 2, at: start) { #expect(try complete(store, claim)) }
    let first = try #require(try store.read { try DeferredQueue.undelivered(at: start, in: $0) })
    let later = start.adding(milliseconds: 700)
    try store.write { try DeferredQueue.postponeDelivery(first.sequence, answer: answer.id, until: later, in: $0) }
    #expect(try store.read { try DeferredQueue.undelivered(at: start, in: $0) }?.requestID == "s")
    #expect(try store.read { try DeferredQueue.undelivered(at: later, in: $0) }?.sequence == first.sequence)
    #expect(try store.read { try DeferredQueue.attempts(first.sequence, in: $0) } == 1)
    #expect(try store.read { try DeferredQueue.nextDue(in: $0) } == start)
  }

  @Test func `rows are listed by state, found by number or id, and taken out unless they are at work`() throws {
    let store = try store()
    try enqueue(store, request("a"), request("b"), request("c"), request("d", tenant: "u"))
    let claims = try claim(store, 2, at: start)
    #expect(try complete(store, claims[0]))
    func entries(_ tenant: String? = nil) throws -> [String] {
      try store.read { try DeferredQueue.entries(tenant: tenant, limit: 10, at: start, in: $0) }
        .map { "\($0.sequence) \($0.requestID) \($0.state.rawValue)" }
    }
    #expect(try entries() == ["4 d waiting", "3 c waiting", "2 b working", "1 a answered"])
    #expect(try entries("u") == ["4 d waiting"])
    func named(_ name: String, _ tenant: String? = nil) throws -> [Int64] {
      try store.read { try DeferredQueue.entries(named: name, tenant: tenant, at: start, in: $0) }.map(\.sequence)
    }
    #expect(try named("3") == [3] && named("d") == [4] && named("d", "t") == [] && named("4", "t") == [])
    func cancel(_ sequence: Int64) throws -> Bool {
      try store.write { try DeferredQueue.cancel(sequence, at: start, in: $0) }
    }
    #expect(try [1, 2, 3, 4, 5].map { try cancel($0) } == [false, false, true, true, false])
    try store.write { try DeferredQueue.markDelivered(1, answer: answer.id, in: $0) }
    #expect(try entries() == ["2 b working", "1 a delivered"])
    #expect(try store.read { try DeferredQueue.undelivered(sequence: 1, in: $0) } == nil)
  }

  @Test func `what waits for the cache alone is counted apart, and leaves when it is answered`() throws {
    let store = try store()
    try store.write { _ = try DeferredQueue.enqueue(request("r", .batch), isUpgrade: true, at: start, in: $0) }
    #expect(try counts(store, at: start) == .init(upgrades: 1))
    let claim = try #require(try claim(store, 1, at: start).first)
    #expect(claim.isUpgrade)
    #expect(try complete(store, claim))
    #expect(try !complete(store, claim))
    #expect(try counts(store, at: start) == .init())
    #expect(try store.read { try DeferredQueue.undelivered(in: $0) } == nil)
  }
}
