import Foundation
import Testing
import WeirDomain
import WeirReview
import WeirStore
import WeirTestSupport

@testable import WeirRouting

@Suite struct BackgroundQueueTests {
  private static let migrations = ReviewQueue.migrations + BackgroundQueue.migrations
  private let limits = BackgroundQueue.Limits(perMinute: 1000, costPerDay: Money(picodollars: 1_000_000))

  private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  private func request(_ text: String, id: String = "a") -> RouteRequest {
    RouteRequest(id: id, messages: [ChatMessage(role: .user, content: text)])
  }

  private func add(_ store: Store, _ texts: String..., purpose: BackgroundQueue.Purpose = .compare) throws {
    for text in texts {
      try store.write { try BackgroundQueue.enqueue(request(text), purpose, sample: nil, at: at(0), in: $0) }
    }
  }

  private func claim(_ store: Store, _ now: Int64, _ limits: BackgroundQueue.Limits? = nil) throws -> BackgroundQueue
    .Claim?
  {
    try store.write { try BackgroundQueue.claim(limits ?? self.limits, at: at(now), in: $0) }
  }

  private func settle(
    _ store: Store, _ claim: BackgroundQueue.Claim, _ outcome: BackgroundQueue.Settlement, cost: Int64 = 0
  ) throws -> Bool {
    try store.write { try BackgroundQueue.settle(claim, outcome, cost: Money(picodollars: cost), in: $0) }
  }

  @Test func `requests are done once, the oldest first`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try add(store, "one", "two")
    let first = try #require(try claim(store, 1))
    #expect(first.request == request("one") && first.attempts == 0)
    #expect(try claim(store, 2)?.request.prompt == "two")
    #expect(try claim(store, 3) == nil)
    #expect(try settle(store, first, .done))
    #expect(try !settle(store, first, .done))
    #expect(try store.read { try BackgroundQueue.counts(in: $0) } == .init(waiting: 1, done: 1, abandoned: 0))
    let bodies = try store.read { try $0.first("SELECT group_concat(body) FROM background_request") { try $0.text(0) } }
    #expect(bodies?.contains("one") == false)
  }

  @Test func `what kills each of its workers is given up, and a stopped worker's claim does not count`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try add(store, "deadly")
    let stopped = try #require(try claim(store, 0))
    #expect(try settle(store, stopped, .released))
    for attempt in 0..<BackgroundQueue.mostAttempts {
      #expect(try claim(store, Int64(attempt) * 600_000)?.attempts == attempt)
    }
    #expect(try claim(store, 6_000_000) == nil)
    #expect(try store.read { try BackgroundQueue.counts(in: $0) } == .init(waiting: 0, done: 0, abandoned: 1))
  }

  @Test func `a claim that is renewed stays with its worker, and the money of one that was lost counts`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try add(store, "one")
    let first = try #require(try claim(store, 0))
    #expect(try store.write { try BackgroundQueue.renew(first, at: at(500_000), in: $0) })
    #expect(try claim(store, 1_000_000) == nil)
    let second = try #require(try claim(store, 1_100_000))
    #expect(try !store.write { try BackgroundQueue.renew(first, at: at(1_100_001), in: $0) })
    #expect(try !settle(store, first, .done, cost: 5))
    #expect(try settle(store, second, .done, cost: 7))
    #expect(try store.read { try $0.first("SELECT cost FROM background_request") { try $0.integer(0) } } == 12)
  }

  @Test func `the same prompt waits once for the cache, and once for each sample`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try add(store, "one", "one", purpose: .upgrade)
    #expect(try store.read { try BackgroundQueue.counts(in: $0) }.waiting == 1)
    try add(store, "one", "one", purpose: .compare)
    #expect(try store.read { try BackgroundQueue.counts(in: $0) }.waiting == 3)
  }

  @Test func `what a killed worker had claimed is done by the next one, and the dead one's claim is lost`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-background-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("weir.sqlite").path
    let first = try Store.open(path: path, migrations: Self.migrations)
    try add(first, "one")
    let lost = try #require(try claim(first, 0))
    // Another process on the same folder.
    let second = try Store.open(path: path, migrations: Self.migrations)
    #expect(try claim(second, 599_999) == nil)
    let held = try #require(try claim(second, 600_000))
    #expect(held.request == lost.request && held.number == lost.number + 1)
    #expect(try !settle(first, lost, .done))
    #expect(try settle(second, held, .again(at(700_000)), cost: 5))
    #expect(try claim(first, 699_999) == nil)
    #expect(try claim(first, 700_000)?.attempts == 2)
    try first.close()
    try second.close()
  }

  @Test func `a minute and a day have their limits`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    for number in 0..<20 { try add(store, "\(number)") }
    let two = BackgroundQueue.Limits(perMinute: 2, costPerDay: Money(picodollars: 100))
    let day: Int64 = 86_400_000
    #expect(try settle(store, #require(try claim(store, day, two)), .done, cost: 40))
    #expect(try settle(store, #require(try claim(store, day + 1, two)), .done, cost: 40))
    #expect(try claim(store, day + 2, two) == nil)
    #expect(try settle(store, #require(try claim(store, day + 60_001, two)), .done, cost: 40))
    // 120 are spent: nothing more today, and as much again tomorrow.
    #expect(try claim(store, day + 200_000, two) == nil)
    #expect(try claim(store, 2 * day - 1, two) == nil)
    #expect(try claim(store, 2 * day, two) != nil)
    // Rows of the day before yesterday are gone.
    #expect(try claim(store, 3 * day + 1, two) != nil)
    #expect(try store.read { try BackgroundQueue.counts(in: $0) }.done == 0)
  }

  @Test func `a body that cannot be read does not hide those behind it`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try add(store, "one", "two")
    try store.write { try $0.execute("UPDATE background_request SET body = '{' WHERE sequence = 1") }
    #expect(try claim(store, 1)?.request.prompt == "two")
    #expect(try store.read { try BackgroundQueue.counts(in: $0) }.abandoned == 1)
  }

  /// Random programs against a plain array: a request is never done twice, and none is lost.
  @Test(arguments: 0..<5 as Range<UInt64>) func `any order of claims, deaths and settlements does each request once`(
    seed: UInt64
  ) throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    var random = SeededRandom(seed: seed)
    var (added, done) = (0, [String]())
    var open: [(claim: BackgroundQueue.Claim, until: Int64)] = []
    var now: Int64 = 0
    for _ in 0..<600 {
      now += Int64.random(in: 0..<200_000, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        try add(store, "\(added)")
        added += 1
      case 1:
        if let claim = try claim(store, now, .init(perMinute: .max, costPerDay: Money(picodollars: 1))) {
          open.append((claim, now + 600_000))
        }
      case 2 where !open.isEmpty:
        let (claim, until) = open.remove(at: Int.random(in: 0..<open.count, using: &random))
        let isHeld = try settle(store, claim, .done)
        if isHeld { done.append(claim.request.prompt) }
        // A claim that nobody else took since is still good, however late it is.
        if now < until { #expect(isHeld) }
      case 3 where !open.isEmpty: open.remove(at: 0)
      default: break
      }
    }
    #expect(Set(done).count == done.count)
    while true {
      now += 600_001
      guard let claim = try claim(store, now, .init(perMinute: .max, costPerDay: Money(picodollars: 1))) else { break }
      #expect(try settle(store, claim, .done))
      done.append(claim.request.prompt)
    }
    // What died with each of its workers is given up; all else is done once.
    #expect(Set(done).count == done.count && Set(done).isSubset(of: (0..<added).map { "\($0)" }))
    let counts = try store.read { try BackgroundQueue.counts(in: $0) }
    #expect(counts.waiting == 0 && counts.done == done.count && counts.done + counts.abandoned == added)
  }
}
