import Foundation
import Testing
import WeirClassifier
import WeirDomain
import WeirFiles
import WeirLedger
import WeirReview
import WeirStore
import WeirTestSupport

@testable import WeirModelFiles
@testable import WeirRouting

@Suite struct BudgetKeeperTests {
  private static let migrations = Ledger.migrations + ReviewQueue.migrations + BudgetLog.migrations
  private let budget = ErrorBudget(share: 0.02, isTyped: true)
  private let everybody = BudgetScope(share: 0.02)

  private func keeper(_ head: String = "h") -> BudgetKeeper {
    BudgetKeeper(head: head, models: nil, budgets: [budget], settings: .init(leastProbability: 0.5))
  }

  /// Keeps labelled samples; every `wrongEvery`-th is wrong.
  private func label(
    _ store: Store, _ count: Int, wrongEvery: Int = .max, from start: Int64, head: String = "h"
  ) throws {
    var random = SeededRandom(seed: UInt64(start) + 1)
    try store.write { transaction in
      for number in 0..<count {
        let at = Timestamp(milliseconds: start + Int64(number))
        let sample = ReviewSample(
          id: ULID(at: at, using: &random), at: at, requestID: "r", tenant: "t", cause: .audit, probability: 0.5,
          prompt: "p", answer: "a", tier: .generator, intent: "pay", confidence: 0.98 + Double(number % 100) / 5000,
          head: head, threshold: 0.98, budget: 0.02)
        try ReviewQueue.keep(sample, in: transaction)
        try ReviewQueue.record(
          ReviewLabel(
            sampleID: sample.id, reviewer: "anna", verdict: number % wrongEvery == wrongEvery - 1 ? .wrong : .right,
            at: at), in: transaction)
      }
    }
  }

  private func acceptance(_ keeper: BudgetKeeper) -> Acceptance {
    keeper.acceptance(tenant: "t", intent: "pay", budget: budget)
  }

  private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  @Test func `labels prove a threshold, wrong ones raise it, and new evidence ends the alarm`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    let keeper = keeper()
    #expect(acceptance(keeper) == .budget(0.02))
    try label(store, 150, from: 0)
    #expect(try keeper.refresh(from: store, at: at(1_000)).isEmpty)
    #expect(acceptance(keeper).origin == .reviewed(rows: 150) && acceptance(keeper).answerAt == 0.98)
    try label(store, 300, wrongEvery: 3, from: 1_000)
    let alarms = try keeper.refresh(from: store, at: at(2_000))
    #expect(alarms.map(\.scope).contains(everybody) && alarms.allSatisfy { $0.level == 1 })
    #expect(acceptance(keeper).origin == .monitor && acceptance(keeper).answerAt > 0.985)
    #expect(keeper.snapshot.alarms.map(\.scope) == keeper.snapshot.states.map(\.scope))
    #expect(keeper.takeNotices().count == alarms.count && keeper.takeNotices().isEmpty)
    // The same rows again: nothing happens, and a restarted node stands where this one stands.
    #expect(try keeper.refresh(from: store, at: at(3_000)).isEmpty)
    let restarted = self.keeper()
    #expect(try restarted.refresh(from: store, at: at(4_000)).isEmpty)
    #expect(restarted.snapshot == keeper.snapshot)
    // Faultless answers of after the alarm prove a threshold for everybody, and for the intent.
    try label(store, 400, from: 5_000)
    #expect(try keeper.refresh(from: store, at: at(6_000)).isEmpty)
    // The second look, at twice the rows that just prove it.
    #expect(acceptance(keeper).origin == .reviewed(rows: 366))
    #expect(keeper.snapshot.states.count == alarms.count && keeper.snapshot.alarms.isEmpty)
    let events = try store.read { try BudgetLog.events(head: "h", limit: 10, in: $0) }
    #expect(events.count == alarms.count && events.allSatisfy { $0.kind == .alarm && $0.wrong > 0 && $0.evidence > 40 })
  }

  @Test func `alarm after alarm closes, and only a reset or evidence opens again`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    let keeper = keeper()
    for level in 1...4 {
      try label(store, 300, wrongEvery: 2, from: Int64(level) * 10_000)
      try keeper.refresh(from: store, at: at(Int64(level) * 10_000 + 5_000))
    }
    #expect(acceptance(keeper).answerAt == .infinity)
    #expect(keeper.snapshot.states.allSatisfy { $0.level == 3 })
    try store.write { transaction in
      for state in keeper.snapshot.states {
        try BudgetLog.reset(state.scope, head: "h", at: at(90_000), in: transaction)
      }
    }
    try keeper.refresh(from: store, at: at(90_001))
    #expect(acceptance(keeper) == .budget(0.02))
  }

  /// A bundle's rows as they are written into its file and read from it.
  @Test func `rows in the bundle prove the threshold that a node begins with`() throws {
    func acceptance(rows: Int) throws -> Acceptance {
      var writer = GGUFWriter(architecture: "weir-intents")
      writer.set("weir.intents.labels", ["pay", "refund"])
      if rows > 0 {
        writer.set("weir.risk.labels", (0..<rows).map { Int32($0 % 500 == 0 ? 2 : 3) })
        writer.set("weir.risk.stand_ins", UInt32(0))
        writer.addTensor(
          "risk.score", shape: [rows], floats: (0..<rows).map { 0.5 + 0.4 * Float($0) / Float(rows) })
      }
      let file = try GGUFFile(ByteRegion(name: "intents.gguf", copying: writer.bytes()))
      let keeper = BudgetKeeper(head: "h", models: try ClassifierRisk.table(in: file), budgets: [budget])
      return keeper.acceptance(tenant: "t", intent: "pay", budget: budget)
    }
    let proved = try acceptance(rows: 2000)
    #expect(proved.origin == .bundle(rows: 2000) && proved.answerAt < 0.98)
    #expect(try acceptance(rows: 50) == .budget(0.02))
    #expect(try acceptance(rows: 0) == .budget(0.02))
  }

  @Test func `labels under another classifier say nothing of this one`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    try label(store, 400, wrongEvery: 2, from: 0, head: "old")
    let keeper = keeper()
    #expect(try keeper.refresh(from: store, at: at(1_000)).isEmpty)
    #expect(acceptance(keeper) == .budget(0.02) && keeper.snapshot.readings.isEmpty)
  }

  @Test func `two processes on one state give one alarm and agree`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-budget-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("weir.sqlite").path
    let stores = try (0..<2).map { _ in try Store.open(path: path, migrations: Self.migrations) }
    let keepers = (0..<2).map { _ in keeper() }
    for round in 0..<6 {
      try label(stores[round % 2], 200, wrongEvery: round % 3 == 0 ? 3 : .max, from: Int64(round) * 10_000)
      let when = at(Int64(round) * 10_000 + 5_000)
      let threads = zip(keepers, stores).map { keeper, store in
        JoinedThread { _ = try? keeper.refresh(from: store, at: when) }
      }
      for thread in threads { thread.join() }
      // Whoever came second, or read in between, sees the other's alarm at its next look.
      for (keeper, store) in zip(keepers, stores) { try keeper.refresh(from: store, at: when) }
      #expect(keepers[0].snapshot == keepers[1].snapshot)
    }
    let events = try stores[0].read { try BudgetLog.events(head: "h", limit: 100, in: $0) }
    let levels = Dictionary(grouping: events, by: \.scope).mapValues { $0.map(\.level).sorted() }
    #expect(!events.isEmpty && levels.values.allSatisfy { $0 == Array(1...$0.count) })
    for store in stores { try store.close() }
  }

  @Test func `a look is due when time has passed, in either direction, and not twice at once`() async throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    let keeper = keeper()
    try keeper.refresh(from: store, at: at(100_000))
    try label(store, 150, from: 0)
    keeper.lookIfDue(store, at: at(159_999))
    #expect(acceptance(keeper) == .budget(0.02))
    keeper.lookIfDue(store, at: at(160_000))
    // sleeps because the look has a thread of its own: until it is done, ten seconds at most
    for _ in 0..<10_000 where acceptance(keeper) == .budget(0.02) { usleep(1_000) }
    #expect(acceptance(keeper).origin == .reviewed(rows: 150))
  }

  @Test func `answers that users call wrong give the alarm by themselves, and doubtful reports do not`() throws {
    let store = try Store.inMemory(migrations: Self.migrations)
    var random = SeededRandom(seed: 2)
    let ids = (0..<1000).map { ULID(at: at(Int64($0)), using: &random) }
    try store.write { transaction in
      for (number, id) in ids.enumerated() {
        try Ledger.record(
          CostEvent(
            id: id, at: at(Int64(number)), requestID: "r", tenant: "t", outcome: .answered,
            tier: number % 10 == 9 ? .premium : .generator), in: transaction)
      }
    }
    func report(_ numbers: some Sequence<Int>) throws -> [AnswerReports.Reporting] {
      try store.write { transaction in
        try numbers.map { try AnswerReports.report(ids[$0], at: at(5_000), in: transaction) }
      }
    }
    let keeper = keeper()
    // 900 local answers, of which 18 may be wrong.
    #expect(try report(0..<9) == Array(repeating: .added, count: 9))
    #expect(try report([0, 9]) == [.same, .addedForRemote])
    #expect(
      try store.write { try AnswerReports.report(ULID(at: at(0), using: &random), at: at(0), in: $0) } == .unknownAnswer
    )
    #expect(try keeper.refresh(from: store, at: at(6_000)).isEmpty)
    #expect(keeper.snapshot.readings.map(\.source) == [.reports])
    _ = try report((10..<60).filter { $0 % 10 != 9 })
    #expect(try keeper.refresh(from: store, at: at(7_000)).map(\.level) == [1])
    #expect(acceptance(keeper).origin == .monitor && acceptance(keeper).answerAt == 0.99)
  }

  @Test func `reports within the budget give a false alarm in few of many runs`() {
    var alarms = 0
    let watch = BudgetWatch(delta: 0.1, leastProbability: 0.01)
    for seed in 0..<300 {
      var random = SeededRandom(seed: UInt64(seed))
      var counts = AnswerReports.Counts(answers: 0, wrong: 0)
      for _ in 0..<5_000 {
        counts.answers += 1
        if Double.random(in: 0..<1, using: &random) < 0.02 { counts.wrong += 1 }
        if watch.reading(counts, scope: everybody, states: [])?.isBroken == true {
          alarms += 1
          break
        }
      }
    }
    #expect(alarms <= 6, "\(alarms) of 300, where 0.01 may be")
  }
}
