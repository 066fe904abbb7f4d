import Testing
import WeirDomain
import WeirRisk
import WeirTestSupport

@testable import WeirRouting

@Suite struct BudgetTableTests {
  private let typed = ErrorBudget(share: 0.02, isTyped: true)
  private let standard = ErrorBudget(share: 0.02, isTyped: false)

  private func rows(
    _ count: Int, tenant: String = "t", intent: String = "pay", wrongEvery: Int = .max, from: Int64 = 0
  ) -> [BudgetEvidence.Row] {
    (0..<count).map { number in
      BudgetEvidence.Row(
        at: Timestamp(milliseconds: from + Int64(number)), tenant: tenant, intent: intent,
        confidence: 0.5 + 0.5 * Double(number % 1000) / 1000, isRight: number % wrongEvery != wrongEvery - 1,
        probability: 0.5, wasGiven: true, share: 0.02, draw: 0)
    }
  }

  private func table(
    _ rows: [BudgetEvidence.Row] = [], models: RiskTable? = nil, budget: ErrorBudget? = nil,
    states: [BudgetState] = []
  ) -> BudgetTable {
    BudgetTable(
      BudgetEvidence(rows), models: models, budgets: [budget ?? typed], states: states, delta: 0.1)
  }

  private let models = RiskTable((0..<1000).map { RiskTable.Row(score: Float($0) / 1000, isRight: $0 > 400) })

  @Test func `a threshold stands on the best that is there`() {
    func acceptance(_ table: BudgetTable, _ budget: ErrorBudget) -> Acceptance {
      table.acceptance(tenant: "t", intent: "pay", budget: budget)
    }
    #expect(acceptance(table(budget: standard), standard) == .bands)
    #expect(acceptance(table(), typed) == .budget(0.02))
    let bundle = acceptance(table(models: models), typed)
    #expect(bundle.origin == .bundle(rows: 1000))
    #expect(bundle.answerAt > 0.35 && bundle.answerAt < 0.45)
    #expect(bundle.reviewBelow == bundle.answerAt + (1 - bundle.answerAt) / 2)
    #expect(acceptance(table(models: models, budget: standard), standard).origin == .bundle(rows: 1000))
    let reviewed = acceptance(table(rows(300), models: models), typed)
    #expect(reviewed.origin == .reviewed(rows: 300) && reviewed.answerAt == 0.5)
    // Rows that neither prove nor refute leave it to what the models say.
    #expect(acceptance(table(rows(300, wrongEvery: 60), models: models), typed) == bundle)
    // Those that refute it do not: what holds is stricter, or nothing at all.
    let refuted = acceptance(table(rows(300, wrongEvery: 10), models: models), typed)
    #expect(refuted.origin == .monitor && refuted.answerAt > bundle.answerAt)
    let equal = rows(300, wrongEvery: 10).map { row in
      var row = row
      row.confidence = 0.99
      return row
    }
    #expect(acceptance(table(equal, models: models), typed).answerAt == .infinity)
    // A budget that nobody said beforehand has what it would have without data.
    #expect(acceptance(table(models: models), ErrorBudget(share: 0.1, isTyped: true)) == .budget(0.1))
  }

  @Test func `a tenant's intent with rows of its own has its own threshold, and the others share one`() {
    let labelled =
      rows(400, tenant: "a", intent: "pay") + rows(1000, tenant: "a", intent: "refund", wrongEvery: 5)
      + rows(300, tenant: "b", intent: "pay") + rows(150, tenant: "c", intent: "pay")
      + rows(150, tenant: "c", intent: "refund") + rows(150, tenant: "d") + rows(120, tenant: "e")
    let all = table(labelled, models: models)
    func origin(_ tenant: String, _ intent: String) -> Acceptance.Origin {
      all.acceptance(tenant: tenant, intent: intent, budget: typed).origin
    }
    #expect(origin("a", "pay") == .reviewed(rows: 400))
    #expect(origin("b", "pay") == .reviewed(rows: 300))
    // Its own labels refute what the models' rows prove.
    #expect(origin("a", "refund") == .monitor)
    #expect(all.acceptance(tenant: "a", intent: "refund", budget: typed).answerAt > 0.9)
    #expect(origin("c", "pay") == .reviewed(rows: 300) && origin("c", "other") == .reviewed(rows: 300))
    #expect(origin("d", "pay") == .reviewed(rows: 270) && origin("nobody", "pay") == .reviewed(rows: 270))
    #expect(all.entries.map(\.scope.tenant) == [nil, "a", "a", "b", "c"])
  }

  @Test func `an alarm raises what is asked until answers reviewed after it prove a threshold`() {
    let everybody = BudgetScope(share: 0.02)
    let now = Timestamp(milliseconds: 10_000)
    let raised = [BudgetState(scope: everybody, level: 1, raisedTo: 0.97, since: now)]
    func acceptance(_ rows: [BudgetEvidence.Row], _ states: [BudgetState]) -> Acceptance {
      table(rows, models: models, states: states).acceptance(tenant: "t", intent: "pay", budget: typed)
    }
    let held = acceptance(rows(500), raised)
    #expect(held.answerAt == 0.97 && held.origin == .monitor)
    #expect(acceptance(rows(500) + rows(200, from: 10_000), raised).origin == .reviewed(rows: 183))
    #expect(acceptance(rows(500) + rows(150, wrongEvery: 10, from: 10_000), raised).origin == .monitor)
    let closed = [BudgetState(scope: everybody, level: 3, raisedTo: .infinity, since: now)]
    #expect(acceptance(rows(500), closed).answerAt == .infinity)
    // Reset: old rows are no evidence, and what the models say holds again.
    #expect(acceptance(rows(500), [BudgetState(scope: everybody, since: now)]).origin == .bundle(rows: 1000))
    // One intent's alarm leaves the others alone.
    let own = [
      BudgetState(scope: BudgetScope(tenant: "t", intent: "pay", share: 0.02), level: 1, raisedTo: 0.97, since: now)
    ]
    let one = table(rows(500), models: models, states: own)
    #expect(one.acceptance(tenant: "t", intent: "pay", budget: typed).origin == .monitor)
    #expect(one.acceptance(tenant: "t", intent: "refund", budget: typed).origin != .monitor)
    // What is proved is looked at by a schedule: rows after a look do not undo it, those of the next one do.
    let proved = rows(500) + rows(183, from: 10_000)
    #expect(acceptance(proved + rows(100, wrongEvery: 2, from: 10_500), raised).origin == .reviewed(rows: 183))
    #expect(acceptance(proved + rows(183, wrongEvery: 2, from: 10_500), raised).origin == .monitor)
    // Everybody's alarm holds for groups with thresholds of their own too.
    let groups = rows(400, tenant: "a") + rows(400, tenant: "b")
    let both = BudgetTable(
      BudgetEvidence(groups), models: models, budgets: [typed],
      states: [BudgetState(scope: everybody, level: 1, raisedTo: 0.97, since: Timestamp(milliseconds: 0))], delta: 0.1)
    #expect(both.acceptance(tenant: "a", intent: "pay", budget: typed).answerAt >= 0.5)
  }

  @Test func `labels under another budget prove nothing of this one`() {
    let other = rows(500).map { row in
      var row = row
      row.share = 0.1
      return row
    }
    #expect(table(other).acceptance(tenant: "t", intent: "pay", budget: typed) == .budget(0.02))
    #expect(table(other + rows(300)).entries.map(\.acceptance.origin) == [.reviewed(rows: 300)])
  }

  @Test func `a budget that was typed and the built-in one of the same share are two`() {
    let both = BudgetTable(BudgetEvidence(), models: nil, budgets: [standard, typed], states: [], delta: 0.1)
    #expect(both.acceptance(tenant: "t", intent: "pay", budget: standard) == .bands)
    #expect(both.acceptance(tenant: "t", intent: "pay", budget: typed) == .budget(0.02))
  }

  @Test func `an intent's alarm begins with its tenant's threshold, and its end gives that back`() {
    let labelled = rows(400, tenant: "a", intent: "x") + rows(150, tenant: "b")
    let tenant = labelled.enumerated().map { number, row in
      var row = row
      if row.tenant == "a" { row.intent = "i\(number % 4)" }
      return row
    }
    let scope = BudgetScope(tenant: "a", intent: "i0", share: 0.02)
    let now = Timestamp(milliseconds: 10_000)
    func acceptance(_ states: [BudgetState], _ intent: String) -> Acceptance {
      table(tenant, states: states).acceptance(tenant: "a", intent: intent, budget: typed)
    }
    let before = acceptance([], "i0")
    #expect(before.origin == .reviewed(rows: 400))
    let alarm = [BudgetState(scope: scope, level: 1, raisedTo: 0.4, since: now)]
    // An alarm that asks for less than what holds changes nothing.
    #expect(acceptance(alarm, "i0").answerAt == before.answerAt)
    #expect(acceptance([BudgetState(scope: scope, level: 1, raisedTo: 0.97, since: now)], "i0").answerAt == 0.97)
    #expect(acceptance([BudgetState(scope: scope, since: now)], "i0") == before)
    #expect(table(tenant, states: [BudgetState(scope: scope, since: now)]).entries.count == 2)
  }
}
