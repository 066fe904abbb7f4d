import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirRouting

/// Thousands of requests of a node, with the monitor looking on.
@Suite struct BudgetWatchTests {
  private struct Run {
    /// Requests answered locally until the first alarm; nil where there was none.
    var answersUntilAlarm: Int?
    var evidence: BudgetEvidence
  }

  /// `drift` changes the truth from the request of that number on.
  private func run(
    _ traffic: Traffic, drift: (at: Int, truth: (Double) -> Double)? = nil, requests: Int, seed: UInt64,
    acceptance: Acceptance = .budget(0.02)
  ) -> Run {
    var random = SeededRandom(seed: seed)
    var traffic = traffic
    var evidence = BudgetEvidence()
    let watch = BudgetWatch(delta: 0.1, leastProbability: traffic.audit)
    var answers = 0
    for number in 0..<requests {
      if let drift, number == drift.at {
        traffic.truth = drift.truth
        answers = 0
      }
      let request = traffic.request(at: Int64(number), acceptance, &random)
      if request.confidence >= acceptance.answerAt { answers += 1 }
      guard let row = request.row else { continue }
      evidence.rows.append(row)
      // An alarm stays, so that without drift one look at the end sees any; with it every 50th label is enough.
      guard number >= drift?.at ?? .max, evidence.rows.count % 50 == 0 else { continue }
      if watch.readings(evidence, states: []).contains(where: \.isBroken) {
        return Run(answersUntilAlarm: answers, evidence: evidence)
      }
    }
    let isBroken = watch.readings(evidence, states: []).contains { $0.isBroken }
    return Run(answersUntilAlarm: isBroken ? answers : nil, evidence: evidence)
  }

  @Test func `without drift there is a false alarm in at most a tenth of all runs`() {
    // At the edge: the answers given are wrong as often as the budget allows.
    let traffic = Traffic(truth: { _ in 0.98 }, audit: 0.05, uncertain: 1)
    let alarms = (0..<60).count { run(traffic, requests: 20_000, seed: UInt64($0)).answersUntilAlarm != nil }
    #expect(alarms <= 6, "\(alarms) of 60")
  }

  @Test(arguments: [(0.9, 6_000), (0.7, 1_500)])
  func `drifted traffic is found within some thousand answers`(accuracy: Double, allowed: Int) throws {
    var slowest = 0
    for seed in 0..<10 {
      let found = run(
        Traffic(truth: { _ in 0.99 }, audit: 0.05, uncertain: 1), drift: (10_000, { _ in accuracy }), requests: 40_000,
        seed: UInt64(seed))
      slowest = max(slowest, found.answersUntilAlarm ?? .max)
    }
    #expect(slowest <= allowed, "\(slowest)")
  }

  @Test func `one intent that drifts is found although the others keep the budget`() {
    var random = SeededRandom(seed: 4)
    var rows: [BudgetEvidence.Row] = []
    for number in 0..<4000 {
      let isBad = number % 10 == 0
      rows.append(
        .init(
          at: Timestamp(milliseconds: Int64(number)), tenant: "t", intent: isBad ? "bad" : "good", confidence: 0.99,
          isRight: Double.random(in: 0..<1, using: &random) < (isBad ? 0.85 : 0.998), probability: 0.5, wasGiven: true,
          share: 0.02, draw: 0))
    }
    let readings = BudgetWatch(delta: 0.1, leastProbability: 0.5).readings(BudgetEvidence(rows), states: [])
    let broken = readings.filter(\.isBroken).map(\.scope)
    #expect(broken == [BudgetScope(tenant: "t", intent: "bad", share: 0.02)])
    #expect(readings.map(\.audits) == [4000, 400, 3600])
  }

  @Test func `each alarm halves what is answered, and the third closes`() throws {
    let rows = (0..<1000).map { number in
      BudgetEvidence.Row(
        at: Timestamp(milliseconds: 0), tenant: "t", intent: "i", confidence: 0.9 + Double(number) / 10_000,
        isRight: false, probability: 1, wasGiven: true, share: 0.02, draw: 0)
    }
    #expect(abs(BudgetWatch.raised(from: 0.9, to: 1, rows) - 0.95) < 1e-9)
    #expect(abs(BudgetWatch.raised(from: 0.95, to: 2, rows) - 0.975) < 1e-9)
    #expect(BudgetWatch.raised(from: 0.975, to: 3, rows) == .infinity)
    // Where all are equally sure there is nothing to tell them apart by.
    let equal = rows.map { row in
      var row = row
      row.confidence = 0.99
      return row
    }
    #expect(BudgetWatch.raised(from: 0.9, to: 1, equal) == .infinity)
    #expect(abs(BudgetWatch.raised(from: 0.9, to: 1, []) - 0.95) < 1e-9)
    #expect(BudgetWatch.raised(from: 0.9, to: 3, []) == .infinity)
  }

  @Test func `answers that were not given, or of before the alarm, do not count`() {
    var rows = (0..<300).map { number in
      BudgetEvidence.Row(
        at: Timestamp(milliseconds: Int64(number)), tenant: "t", intent: "i", confidence: 0.9, isRight: false,
        probability: 1, wasGiven: false, share: 0.02, draw: 0)
    }
    let watch = BudgetWatch(delta: 0.1, leastProbability: 0.5)
    #expect(watch.readings(BudgetEvidence(rows), states: []).isEmpty)
    for index in rows.indices { rows[index].wasGiven = true }
    let scopes = [BudgetScope(share: 0.02), BudgetScope(tenant: "t", intent: "i", share: 0.02)]
    #expect(watch.readings(BudgetEvidence(rows), states: []).allSatisfy { $0.isBroken })
    let states = scopes.map { BudgetState(scope: $0, level: 1, raisedTo: 0.95, since: Timestamp(milliseconds: 300)) }
    let after = watch.readings(BudgetEvidence(rows), states: states)
    #expect(after.allSatisfy { !$0.isBroken && $0.audits == 0 && $0.level == 1 })
    // A level leaves half of the chance to the levels above it.
    #expect(after.allSatisfy { abs($0.limit - 200) < 1e-9 })
  }
}
