import Foundation
import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirLedger

@Suite struct PriceListTests {
  private let june = CalendarDay("2025-06-01")?.start ?? Timestamp(milliseconds: 0)

  private func parse(_ json: String) throws(PriceFailure) -> PriceList { try PriceList.parse(json: Array(json.utf8)) }

  private func list(_ prices: String, more: String = "") -> String {
    "{\"version\":1,\"as_of\":\"2025-06-01\",\"models\":[{\"model\":\"m\",\"prices\":[\(prices)]}]\(more)}"
  }

  private var shipped: [UInt8] {
    get throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      return Array(try Data(contentsOf: root.appending(path: "Assets/Prices/prices.json")))
    }
  }

  @Test func `the list in the repository can be read, and every model has a price on its day`() throws {
    let list = try PriceList.parse(json: try shipped)
    let today = try #require(CalendarDay(list.asOf)).start
    #expect(list.models.contains(list.baseline))
    for model in list.models {
      let cost = try list.cost(of: TokenUsage(prompt: 1_000, completion: 100), model: model, at: today)
      #expect(cost > .zero)
    }
  }

  @Test func `a million tokens cost what the list says, to the picodollar`() throws {
    let list = try PriceList.parse(json: try shipped)
    let usage = TokenUsage(prompt: 1_000_000, completion: 1_000_000)
    #expect("\(try list.cost(of: usage, model: "gpt-4o", at: june))" == "$12.50")
    #expect("\(try list.cost(of: usage, model: "gpt-4o-2024-08-06", at: june))" == "$12.50")
    #expect("\(try list.cost(of: usage, model: "gpt-4o-mini", at: june))" == "$0.75")
    let cached = TokenUsage(prompt: 1_000_000, completion: 1_000_000, cachedPrompt: 400_000)
    #expect("\(try list.cost(of: cached, model: "gpt-4o", at: june))" == "$12.00")
    #expect(try list.baselineCost(of: cached, at: june) == list.baselineCost(of: usage, at: june))
    #expect(
      "\(try list.cost(of: TokenUsage(prompt: 1, completion: 0), model: "gpt-4o-mini", at: june))" == "$0.00000015")
    #expect(try list.baselineCost(of: usage, at: june) == Money(picodollars: 12_500_000_000_000))
  }

  @Test func `what a prompt cache read and wrote has its own prices`() throws {
    let list = try parse(
      list(
        "{\"valid_from\":\"2025-01-01\",\"input\":\"10\",\"output\":\"30\",\"cached_input\":\"1\",\"cache_write\":\"12.5\",\"cache_write_1h\":\"20\"}"
      ))
    func cost(_ usage: TokenUsage) throws -> Int64 { try list.cost(of: usage, model: "m", at: june).picodollars }
    let all = TokenUsage(prompt: 1000, completion: 10, cachedPrompt: 400, cacheWrite: 300, longCacheWrite: 100)
    #expect(try cost(all) == 300 * 10_000_000 + 400 * 1_000_000 + 200 * 12_500_000 + 100 * 20_000_000 + 10 * 30_000_000)
    // Parts that say more than the whole cost no more than the whole at the dearest price.
    let absurd = TokenUsage(prompt: 10, completion: 0, cachedPrompt: 99, cacheWrite: 99, longCacheWrite: 99)
    #expect(try cost(absurd) == 10 * 1_000_000)
    let two = TokenUsage(prompt: 7, completion: 2, cachedPrompt: 3, cacheWrite: 2)
    #expect(try cost(all + two) == cost(all) + cost(two))
    #expect(throws: PriceFailure.self) { try cost(TokenUsage(prompt: 1, completion: 1, cacheWrite: -1)) }
    #expect(throws: PriceFailure.self) {
      try parse(self.list("{\"valid_from\":\"2025-01-01\",\"input\":\"1\",\"output\":\"1\",\"cache_write_1h\":\"1\"}"))
    }
    let shipped = try PriceList.parse(json: try shipped)
    for model in shipped.models where model.hasPrefix("claude") {
      let price = try shipped.price(of: model, at: try #require(CalendarDay(shipped.asOf)).start)
      #expect(price.cachedInput != nil && price.cacheWrite != nil && price.longCacheWrite != nil, "\(model)")
    }
  }

  @Test func `the price of the day counts`() throws {
    let list = try parse(
      list(
        "{\"valid_from\":\"2025-03-01\",\"input\":\"2\",\"output\":\"2\"},{\"valid_from\":\"2025-01-01\",\"input\":\"1\",\"output\":\"1\"}"
      ))
    func price(_ day: String) throws -> Int64 {
      try list.price(of: "m", at: try #require(CalendarDay(day)).start).input.picodollars
    }
    #expect(try price("2025-01-01") == 1_000_000)
    #expect(try price("2025-02-28") == 1_000_000)
    #expect(try price("2025-03-01") == 2_000_000)
    #expect(throws: PriceFailure.notYetValid(model: "m", from: "2025-01-01")) { try price("2024-12-31") }
  }

  @Test func `an unknown price is an error and never zero`() throws {
    let list = try parse(list("{\"valid_from\":\"2025-01-01\",\"input\":\"1\",\"output\":\"1\"}"))
    #expect(throws: PriceFailure.unknownModel(model: "n")) { try list.cost(of: .zero, model: "n", at: june) }
    #expect(throws: PriceFailure.unknownModel(model: "")) { try list.baselineCost(of: .zero, at: june) }
    #expect(throws: PriceFailure.negativeUsage(model: "m", prompt: -1, completion: 0)) {
      try list.cost(of: TokenUsage(prompt: -1, completion: 0), model: "m", at: june)
    }
    let huge = try list.cost(of: TokenUsage(prompt: .max, completion: .max), model: "m", at: june)
    #expect(huge.picodollars == .max)
  }

  @Test func `a configured list replaces models and the baseline, and leaves the rest`() throws {
    let shipped = try PriceList.parse(json: try shipped)
    let other = try parse(
      list("{\"valid_from\":\"2025-01-01\",\"input\":\"1\",\"output\":\"1\"}", more: ",\"baseline\":\"m\""))
    let both = shipped.overridden(by: other)
    #expect(both.baseline == "m")
    #expect(both.models == (shipped.models + ["m"]).sorted())
    #expect(
      shipped.overridden(by: try parse(list("{\"valid_from\":\"2025-01-01\",\"input\":\"1\",\"output\":\"1\"}")))
        .baseline == shipped.baseline)
  }

  @Test(arguments: [
    ("", "the top"), ("[]", "the top"), ("{\"version\":1}", "models"),
    ("{\"version\":2,\"as_of\":\"2025-06-01\",\"models\":[]}", "version"),
    ("{\"version\":1,\"as_of\":\"June\",\"models\":[]}", "as_of"),
    ("{\"version\":1,\"as_of\":\"2025-06-01\",\"models\":[{\"model\":\"m\",\"prices\":[]}]}", "m"),
    ("{\"version\":1,\"as_of\":\"2025-06-01\",\"baseline\":\"x\",\"models\":[]}", "baseline"),
    (
      "{\"version\":1,\"as_of\":\"2025-06-01\",\"models\":[{\"model\":\"m\",\"prices\":[{\"valid_from\":\"2025-01-01\",\"input\":1,\"output\":\"1\"}]}]}",
      "models.[0].prices.[0].input"
    ),
    (
      "{\"version\":1,\"as_of\":\"2025-06-01\",\"models\":[{\"model\":\"m\",\"prices\":[{\"valid_from\":\"2025-02-30\",\"input\":\"1\",\"output\":\"1\"}]}]}",
      "m.valid_from"
    ),
    (
      "{\"version\":1,\"as_of\":\"2025-06-01\",\"models\":[{\"model\":\"m\",\"prices\":[{\"valid_from\":\"2025-01-01\",\"input\":\"-1\",\"output\":\"1\"}]}]}",
      "m.input"
    ),
  ])
  func `a wrong list is refused with the place`(json: String, place: String) {
    #expect { try parse(json) } throws: { error in
      guard case PriceFailure.malformed(place, _) = error else { return false }
      return true
    }
  }

  @Test(
    arguments: [("2.50", 2_500_000), ("0", 0), ("0.000001", 1), ("999999.999999", 999_999_999_999)] as [(String, Int64)]
  )
  func `a price text is exact`(text: String, picodollars: Int64) {
    #expect(Money.perToken(dollarsPerMillion: text)?.picodollars == picodollars)
  }

  @Test(arguments: ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0.0000001", "1000000", " 1", "１"])
  func `what is no price is refused`(text: String) {
    #expect(Money.perToken(dollarsPerMillion: text) == nil)
  }

  @Test func `days are counted as the calendar does`() {
    #expect(CalendarDay("1970-01-01")?.number == 0)
    #expect(CalendarDay("2000-02-29")?.number == 11_016)
    #expect(CalendarDay("2025-12-01")?.start.milliseconds == 1_764_547_200_000)
    for number in stride(from: 0, to: 60_000, by: 29) as StrideTo<Int64> {
      let day = CalendarDay(of: Timestamp(milliseconds: number * 86_400_000 + 86_399_999))
      if day.number != number || CalendarDay(day.description) != day { Issue.record("\(number)") }
    }
    for text in ["2025-02-29", "2025-13-01", "2025-00-01", "2025-1-1", "25-01-01", "2025-01-01T", "", "+025-01-01"] {
      #expect(CalendarDay(text) == nil)
    }
    #expect(CalendarDay(of: Timestamp(milliseconds: -1)).description == "1969-12-31")
  }
}
