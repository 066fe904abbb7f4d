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
    var used: Int64
    var serial: Int
    var bytes: Int64
  }

  private struct Name: Hashable {
    var tenant: String
    var prompt: String
  }

  private let budget: Int64 = 512 * 9
  private let lifetime: Int64 = 400

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `the cache answers as a dictionary with expiry and a budget does`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var configuration = CacheConfiguration()
    configuration.byteBudget = budget
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
        let text = String(repeating: "x", count: Int.random(in: 0...300, using: &random)) + "\(step)"
        let change = try store.write { transaction in
          try cache.admit(
            plan, CachedAnswer(text: text, tier: .generator), embedding: embedding(number), at: now, in: transaction)
        }
        try cache.apply(change)
        let bytes = Int64(name.prompt.utf8.count + text.utf8.count + 16 * 4) + 512
        model[name] = nil
        model = model.filter { $0.value.expires > now.milliseconds }
        while model.values.reduce(0, { $0 + $1.bytes }) + bytes > budget {
          let oldest = model.min { ($0.value.used, $0.value.serial) < ($1.value.used, $1.value.serial) }
          model[try #require(oldest).key] = nil
        }
        serial += 1
        model[name] = Entry(
          answer: text, expires: now.milliseconds + lifetime, used: now.milliseconds, serial: serial, bytes: bytes)
      case 4..<7:
        let hit = try cache.exact(plan, at: now)
        #expect(hit?.answer.text == live(model[name], now), "step \(step)")
        if let hit {
          try store.write { transaction in try cache.recordHit(hit, at: now, in: transaction) }
          model[name]?.used = now.milliseconds
        }
      case 7:
        let result = try cache.similar(plan, embedding(number), at: now)
        #expect(result.hit?.answer.text == live(model[name], now), "step \(step)")
      case 8:
        if Bool.random(using: &random) {
          try cache.purge(.tenant(name.tenant), at: now)
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
