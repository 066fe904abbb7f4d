import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirLedger

/// Makes events of all kinds, the same for the same seed.
func randomEvent(at time: Timestamp, using random: inout SeededRandom) -> CostEvent {
  let outcome = [CostEvent.Outcome.answered, .deferred, .failed].randomElement(using: &random) ?? .answered
  return CostEvent(
    id: ULID(at: time, using: &random), at: time, requestID: "r\(Int.random(in: 0..<1_000, using: &random))",
    tenant: ["acme", "globex", "é\u{1B}[2J"].randomElement(using: &random) ?? "acme",
    user: Bool.random(using: &random) ? "u\(Int.random(in: 0..<40, using: &random))" : nil,
    feature: Bool.random(using: &random) ? "chat" : nil,
    experiment: Bool.random(using: &random) ? "b" : nil, outcome: outcome,
    tier: outcome == .answered ? Tier.allCases.randomElement(using: &random) : nil,
    model: Bool.random(using: &random) ? "gpt-4o" : nil, intent: Bool.random(using: &random) ? "pay" : nil,
    confidence: Bool.random(using: &random) ? Double.random(in: 0...1, using: &random) : nil,
    usage: TokenUsage(
      prompt: Int.random(in: 0..<500, using: &random), completion: Int.random(in: 0..<500, using: &random),
      isEstimated: Bool.random(using: &random)),
    cost: Money(picodollars: Int64.random(in: 0..<1_000_000_000, using: &random)),
    savedByCache: Money(picodollars: Int64.random(in: 0..<1_000_000_000, using: &random)),
    savedByRouting: Money(picodollars: Int64.random(in: 0..<1_000_000_000, using: &random)),
    timings: RouteStep.allCases.filter { _ in Bool.random(using: &random) }.map {
      StepTiming(step: $0, nanoseconds: Int64.random(in: 0..<10_000_000, using: &random))
    },
    nanoseconds: Int64.random(in: 0..<1_000_000_000, using: &random))
}

@Suite struct LedgerTests {
  @Test func `events come back as they were recorded, numbered upwards, once each`() throws {
    let store = try Store.inMemory(migrations: Ledger.migrations)
    var random = SeededRandom(seed: 1)
    let events = (0..<50).map { randomEvent(at: Timestamp(milliseconds: Int64($0) * 1_000), using: &random) }
    let isNew = try store.write { transaction in
      try (events + events.prefix(5)).map { event in try Ledger.record(event, in: transaction) }
    }
    #expect(isNew == Array(repeating: true, count: 50) + Array(repeating: false, count: 5))
    #expect(try store.read { transaction in try Ledger.count(in: transaction) } == 50)
    var (read, last): ([CostEvent], Int64) = ([], 0)
    // In portions, as one who sends them away would read.
    while true {
      let before = read.count
      try store.read { transaction in
        try Ledger.events(after: last, limit: 7, in: transaction) { sequence, event in
          #expect(sequence > last)
          last = sequence
          read.append(event)
        }
      }
      if read.count == before { break }
    }
    #expect(read == events)
  }

  @Test func `a row that somebody else changed is named, not guessed at`() throws {
    let store = try Store.inMemory(migrations: Ledger.migrations)
    var random = SeededRandom(seed: 2)
    let event = randomEvent(at: Timestamp(milliseconds: 0), using: &random)
    try store.write { transaction in
      try Ledger.record(event, in: transaction)
      try transaction.execute("UPDATE cost_event SET outcome = 'odd'")
    }
    #expect(throws: StoreFailure.unexpectedValue(column: "outcome", found: "another text", expected: "an outcome")) {
      try store.read { transaction in try Ledger.events(after: 0, limit: 1, in: transaction) { _, _ in } }
    }
  }

  @Test func `timings of steps that this version does not know are passed over`() {
    #expect(TimingText.read("embed=5;teleport=7;classify=x;;answer=9").map(\.nanoseconds) == [5, 9])
    #expect(TimingText.read("").isEmpty)
  }
}
