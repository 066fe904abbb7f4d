import Foundation
import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirCache

@Suite struct CacheWorthTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let day = 86_400_000.0

  private func answer(_ tier: Tier, tokens: Int = 100, dollars: Double? = nil) -> CachedAnswer {
    CachedAnswer(
      text: "so", tier: tier, usage: TokenUsage(prompt: tokens / 2, completion: tokens - tokens / 2),
      cost: dollars.map { Money(picodollars: Int64($0 * 1e12)) })
  }

  private func priority(_ answer: CachedAnswer, bytes: Int64 = 1_000) -> Double {
    CacheWorth(of: answer, bytes: bytes, at: start).priority(.savings, usedAt: start)
  }

  @Test func `what cost more stays longer, and what needs more bytes leaves earlier`() {
    #expect(priority(answer(.premium, dollars: 0.02)) > priority(answer(.premium, dollars: 0.01)))
    #expect(priority(answer(.premium, dollars: 0.02)) > priority(answer(.premium, dollars: 0.02), bytes: 2_000))
    #expect(abs(priority(answer(.premium, dollars: 0.02)) - priority(answer(.premium, dollars: 0.01)) - 1) < 1e-9)
  }

  @Test func `an answer of unknown price counts by its tokens, and more than a local one`() {
    #expect(priority(answer(.premium)) > priority(answer(.generator, dollars: 0)))
    #expect(priority(answer(.premium, tokens: 200)) > priority(answer(.premium, tokens: 100)))
    #expect(priority(answer(.generator, tokens: 0)).isFinite)
  }

  @Test func `uses count half after two days, as the plain sum has it`() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<50 {
      var times = (0..<Int.random(in: 1...20, using: &random)).map { _ in
        Double.random(in: 0...(30 * day), using: &random).rounded()
      }
      times.sort()
      func at(_ time: Double) -> Timestamp { start.adding(milliseconds: Int64(time)) }
      var worth = CacheWorth(of: answer(.premium), bytes: 1_000, at: at(times[0]))
      for time in times.dropFirst() { worth.use(at: at(time)) }
      let end = times[times.count - 1]
      let plain = times.reduce(0) { $0 + pow(0.5, (end - $1) / (2 * day)) }
      let offset = Double(start.milliseconds) + end
      #expect(abs(worth.heat - offset / (2 * day) - log2(plain)) < 1e-6)
    }
  }

  @Test func `the order of two entries does not depend on when they are compared`() {
    // Five uses ten days ago against one today: 5 / 32 is less than 1.
    var old = CacheWorth(of: answer(.premium), bytes: 1_000, at: start)
    for _ in 0..<4 { old.use(at: start) }
    let late = start.adding(milliseconds: Int64(10 * day))
    let new = CacheWorth(of: answer(.premium), bytes: 1_000, at: late)
    #expect(new.priority(.savings, usedAt: late) > old.priority(.savings, usedAt: start))
    #expect(new.priority(.lfu, usedAt: late) > old.priority(.lfu, usedAt: start))
  }

  @Test func `a clock that jumps leaves numbers finite`() {
    var worth = CacheWorth(of: answer(.premium), bytes: 0, at: Timestamp(milliseconds: .min))
    worth.use(at: Timestamp(milliseconds: .max))
    worth.use(at: start)
    #expect(worth.priority(.savings, usedAt: start).isFinite)
  }
}
