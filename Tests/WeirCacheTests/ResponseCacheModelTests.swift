import Foundation
import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirCache

/// Random operations on the cache and on a plain dictionary, side by side.
@Suite struct ResponseCacheModelTests {
  /// What an entry is, said as plainly as possible.
  private struct Entry {
    var answer: String
    var expires: Int64
    /// When it was used, first use first.
    var uses: [Int64]
    var serial: Int
    var bytes: Int64
    var cost: Int64

    /// What it is expected to save, or how lately or often it was used; the least leaves first.
    func value(_ eviction: CacheEviction, at now: Int64) -> Double {
      let uses = uses.reduce(0) { $0 + pow(0.5, Double(now - $1) / CacheWorth.halfLifeMilliseconds) }
      return switch eviction {
      case .savings: uses * Double(cost) / Double(bytes)
      case .lru: Double(self.uses.max() ?? 0)
      case .lfu: uses
      }
    }
  }

  private struct Name: Hashable {
    var tenant: String
    var prompt: String
  }

  private let budget: Int64 = 1_200 * 9
  private let lifetime: Int64 = 400

  @Test(arguments: [1, 2, 3, 4] as [UInt64], CacheEviction.allCases)
  func `the cache answers as a dictionary with expiry and a budget does`(
    seed: UInt64, eviction: CacheEviction
  ) throws {
    var random = SeededRandom(seed: seed)
    var configuration = CacheConfiguration()
    configuration.byteBudget = budget
    configuration.eviction = eviction
    configuration.lifetimeMilliseconds = lifetime
    let store = try Store.inMemory(migrations: ResponseCache.migrations)
    let encoder = ResponseCache.EncoderIdentity(fingerprint: "e", dimension: 16)
    var now = Timestamp(milliseconds: 1_000_000)
    var cache = try ResponseCache.open(store: store, configuration: configuration, encoder: encoder, at: now)
    var model: [Name: Entry] = [:]
    var serial = 0

    for step in 0..<600 {
      now = now.adding(milliseconds: Int64.random(in: 0...20, using: &random))
      let number = Int.random(in: 0..<12, using: &random)
      let name = Name(
        tenant: ["a", "b"].randomElement(using: &random) ?? "a", prompt: "how do I pay for \(number) cats")
      let request = RouteRequest(
        id: "r\(step)", messages: [ChatMessage(role: .user, content: name.prompt)], tenant: name.tenant)
      let plan = CachePlan(request, configuration)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        let cost = Int64.random(in: 1...1_000_000, using: &random)
        let text = String(repeating: "x", count: Int.random(in: 0...300, using: &random)) + "\(step)"
        let change = try store.write { transaction in
          try cache.admit(
            plan, CachedAnswer(text: text, tier: .economy, cost: Money(picodollars: cost)),
            embedding: embedding(number), at: now, in: transaction)
        }
        try cache.apply(change)
        let bytes = Int64(name.prompt.utf8.count + text.utf8.count + 16 * 5) + 352 + 544 + 256
        model[name] = nil
        model = model.filter { $0.value.expires > now.milliseconds }
        while model.values.reduce(0, { $0 + $1.bytes }) + bytes > budget {
          let least = model.min { left, right in
            let values = [left, right].map { $0.value.value(eviction, at: now.milliseconds) }
            // Equal but for rounding: the older entry leaves.
            return abs(values[0] - values[1]) <= 1e-9 * abs(values[0])
              ? left.value.serial < right.value.serial : values[0] < values[1]
          }
          model[try #require(least).key] = nil
        }
        serial += 1
        model[name] = Entry(
          answer: text, expires: now.milliseconds + lifetime, uses: [now.milliseconds], serial: serial, bytes: bytes,
          cost: cost)
      case 4..<7:
        let hit = try cache.exact(plan, at: now)
        #expect(hit?.answer.text == live(model[name], now), "step \(step)")
        if let hit {
          try store.write { transaction in try cache.recordHit(hit, at: now, in: transaction) }
          model[name]?.uses.append(now.milliseconds)
        }
      case 7:
        let result = try cache.similar(plan, embedding(number), at: now)
        #expect(result.hit?.answer.text == live(model[name], now), "step \(step)")
      case 8:
        if Bool.random(using: &random) {
          try cache.purge(CacheSelection(tenant: name.tenant), at: now)
          model = model.filter { $0.key.tenant != name.tenant }
        }
      default:
        cache = try ResponseCache.open(store: store, configuration: configuration, encoder: encoder, at: now)
      }
      if step.isMultiple(of: 100) {
        #expect(try cache.statistics().bytes == model.values.reduce(0) { $0 + $1.bytes })
        #expect(try cache.statistics().entries == model.count)
      }
    }
    #expect(try store.findings().isEmpty)
  }

  private func live(_ entry: Entry?, _ now: Timestamp) -> String? {
    entry.flatMap { $0.expires > now.milliseconds ? $0.answer : nil }
  }

  /// Numbers stand at right angles, so that only the same number is near.
  private func embedding(_ number: Int) -> Embedding {
    var values = [Float](repeating: 0, count: 16)
    values[number] = 1
    return Embedding(values: values, encoder: "e")
  }
}
