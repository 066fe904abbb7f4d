import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirLedger

@Suite struct LedgerReportTests {
  private static let day: Int64 = 86_400_000

  private func filled(_ count: Int, seed: UInt64 = 3) throws -> (Store, [CostEvent]) {
    let store = try Store.inMemory(migrations: Ledger.migrations)
    var random = SeededRandom(seed: seed)
    let events = (0..<count).map { _ in
      randomEvent(at: Timestamp(milliseconds: Int64.random(in: 0..<10 * Self.day, using: &random)), using: &random)
    }
    try store.write { transaction in for event in events { try Ledger.record(event, in: transaction) } }
    return (store, events)
  }

  private func summary(_ events: [CostEvent]) -> ReportSummary {
    events.reduce(into: ReportSummary()) { $0.add($1) }
  }

  @Test func `the sums are those of a plain loop, by every dimension`() throws {
    let (store, events) = try filled(400)
    let names: [(ReportDimension, (CostEvent) -> String?)] = [
      (.tier, { $0.tier?.rawValue }), (.tenant, \.tenant), (.user, \.user), (.feature, \.feature),
      (.experiment, \.experiment), (.intent, \.intent), (.model, \.model),
      (.day, { "\(CalendarDay(of: $0.at))" }),
    ]
    #expect(names.map(\.0) == ReportDimension.allCases)
    for (dimension, name) in names {
      let report = try LedgerReport.make(LedgerReport.Query(dimension: dimension, groupLimit: 100), from: store)
      #expect(report.total.requests == 400)
      #expect(report.total.cost == events.reduce(Money.zero) { $0 + $1.cost })
      #expect(report.others == nil && report.otherCount == 0)
      let expected = Dictionary(grouping: events, by: name).mapValues { summary($0).cost }
      #expect(Dictionary(uniqueKeysWithValues: report.groups.map { ($0.name, $0.summary.cost) }) == expected)
      #expect(report.groups.reduce(0) { $0 + $1.summary.requests } == 400)
    }
  }

  @Test func `what is asked in the background costs money and is no request`() throws {
    let (store, events) = try filled(20)
    var random = SeededRandom(seed: 9)
    var asked = randomEvent(at: Timestamp(milliseconds: 5), using: &random).inBackground
    asked.tier = .premium
    #expect(asked.savedByCache == .zero && asked.savedByRouting == .zero)
    try store.write { try Ledger.record(asked, in: $0) }
    let total = try LedgerReport.make(LedgerReport.Query(), from: store).total
    #expect(total.requests == 20 && total.outcomes[.background] == 1 && total.total.count == 20)
    #expect(total.cost == events.reduce(asked.cost) { $0 + $1.cost } && total.tiers == summary(events).tiers)
    #expect(
      try LedgerReport.make(LedgerReport.Query(), from: store).table(width: 80).contains("1 asked in the background"))
  }

  @Test func `groups beyond the limit are summed up as others`() throws {
    let (store, events) = try filled(400)
    let report = try LedgerReport.make(LedgerReport.Query(dimension: .user, groupLimit: 3), from: store)
    let byUser = Dictionary(grouping: events, by: \.user).mapValues { summary($0) }
    #expect(report.groups.count == 3)
    #expect(report.otherCount == byUser.count - 3)
    let costs = byUser.values.map(\.cost).sorted(by: >)
    #expect(report.groups.map(\.summary.cost) == Array(costs.prefix(3)))
    #expect(report.others?.cost == costs.dropFirst(3).reduce(.zero, +))
  }

  @Test func `a span of time takes its first moment and leaves its end`() throws {
    let (store, events) = try filled(300)
    let (since, until) = (events[0].at, events[1].at)
    let query = LedgerReport.Query(since: min(since, until), until: max(since, until))
    let report = try LedgerReport.make(query, from: store)
    #expect(report.total.requests == events.filter { $0.at >= min(since, until) && $0.at < max(since, until) }.count)
    #expect(report.groups.isEmpty)
  }

  @Test func `days are the latest ones in order, tiers from cheap to able`() throws {
    let (store, _) = try filled(300)
    let days = try LedgerReport.make(LedgerReport.Query(dimension: .day, groupLimit: 3), from: store)
    #expect(days.groups.map(\.name) == ["1970-01-08", "1970-01-09", "1970-01-10"])
    let tiers = try LedgerReport.make(LedgerReport.Query(dimension: .tier), from: store)
    #expect(tiers.groups.map(\.name) == Tier.allCases.map(\.rawValue) + [nil])
  }

  @Test func `names beyond the bound are counted among the others`() {
    var ranking = GroupRanking(limit: 2)
    for name in ["a", "b", "c", "a", nil] { ranking.add(name, cost: Money(picodollars: 1)) }
    #expect(ranking.isBounded && ranking.count == 2)
    #expect(ranking.top(5, by: .user) == ["a", "b"])
  }

  @Test func `an empty ledger has a report too`() throws {
    let store = try Store.inMemory(migrations: Ledger.migrations)
    let report = try LedgerReport.make(LedgerReport.Query(dimension: .tier), from: store)
    #expect(
      report.table(width: 80) == """
        requests  0 (0 answered, 0 deferred, 0 failed)
        tokens    0 read, 0 written
        spent     $0.00
        saved     $0.00: caches $0.00, routing $0.00

        tier      requests             spent             saved         p95

        """)
    #expect(report.json().hasPrefix("{\"by\":\"tier\",\"since\":null,\"until\":null,\"total\":{\"requests\":0,"))
  }

  @Test func `the table shows shares as bars and keeps its width`() throws {
    let store = try Store.inMemory(migrations: Ledger.migrations)
    var random = SeededRandom(seed: 4)
    try store.write { transaction in
      for number in 0..<8 {
        try Ledger.record(
          CostEvent(
            id: ULID(at: Timestamp(milliseconds: 0), using: &random), at: Timestamp(milliseconds: 0),
            requestID: "r", tenant: number < 6 ? "acme" : "a\u{1B}[2Jb", outcome: .answered,
            tier: number < 6 ? .exact : .premium, usage: TokenUsage(prompt: 10, completion: 20),
            cost: Money(picodollars: number < 6 ? 0 : 25_000_000),
            savedByCache: Money(picodollars: number < 6 ? 25_000_000 : 0),
            timings: [StepTiming(step: .embed, nanoseconds: 120)], nanoseconds: 100),
          in: transaction)
      }
    }
    let table = try LedgerReport.make(LedgerReport.Query(dimension: .tenant), from: store).table(width: 80)
    #expect(
      table == """
        requests  8 (8 answered, 0 deferred, 0 failed)
        tokens    80 read, 160 written
        spent     $0.00005
        saved     $0.00015 (75.0 % of the premium price): caches $0.00015, routing $0.00

        exact       75.0 %  \u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}
        premium     25.0 %  \u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}

        step               p50         p95         p99
        embed           120 ns      120 ns      120 ns
        total           100 ns      100 ns      100 ns

        tenant    requests             spent             saved         p95
        a\u{FFFD}[2Jb           2          $0.00005             $0.00      100 ns  \u{2588}\u{2588}\u{2588}\u{2588}
        acme             6             $0.00          $0.00015      100 ns  \u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}\u{2588}

        """)
    for width in [0, 60, 61, 80, 200] {
      let lines = try LedgerReport.make(LedgerReport.Query(dimension: .tenant), from: store).table(width: width)
        .split(separator: "\n")
      #expect(lines.allSatisfy { TextColumn.width(String($0)) <= max(width, 80) })
    }
  }
}
