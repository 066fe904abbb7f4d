import Testing
import WeirDomain

@testable import WeirRisk

@Suite struct BudgetMonitorTests {
  /// The audit at which the monitor fires; nil where it never does.
  private func alarm(
    _ monitor: BudgetMonitor, audits: Int, _ random: inout SplitMix64,
    _ draw: (Int, inout SplitMix64) -> (Bool, Double)?
  ) -> Int? {
    var monitor = monitor
    for index in 0..<audits {
      guard let (isWrong, probability) = draw(index, &random) else { continue }
      if monitor.observe(isWrong: isWrong, probability: probability) { return index }
    }
    return nil
  }

  @Test func `a kept budget is called broken with no more than alpha, however long one watches`() {
    var random = SplitMix64(seed: 1)
    let monitor = BudgetMonitor(budget: 0.05, alpha: 0.1, leastProbability: 1)
    let alarms = (0..<150).count { _ in
      alarm(monitor, audits: 2000, &random) { _, random in (random.nextUnit() < 0.05, 1) } != nil
    }
    #expect(Double(alarms) / 150 <= 0.1 + 0.074)
  }

  @Test func `audits that look for trouble do not make trouble`() {
    // Half of the answers are wrong in 9 of 100 cases and always audited, the others in 1 of 100 and hardly: 5 in all.
    var random = SplitMix64(seed: 2)
    let monitor = BudgetMonitor(budget: 0.05, alpha: 0.1, leastProbability: 0.1)
    let alarms = (0..<150).count { _ in
      alarm(monitor, audits: 4000, &random) { _, random in
        let isRisky = random.nextUnit() < 0.5
        let probability = isRisky ? 1 : 0.1
        guard random.nextUnit() < probability else { return nil }
        return (random.nextUnit() < (isRisky ? 0.09 : 0.01), probability)
      } != nil
    }
    #expect(Double(alarms) / 150 <= 0.1 + 0.074)
    // Without the probabilities the same audits show 8 of 100 wrong.
    let naive = (0..<20).count { _ in
      alarm(BudgetMonitor(budget: 0.05, alpha: 0.1, leastProbability: 1), audits: 4000, &random) { _, random in
        (random.nextUnit() < 0.082, 1)
      } != nil
    }
    #expect(naive > 17)
  }

  @Test func `a broken budget is found, sooner the more it is broken, and also after a long good time`() throws {
    var random = SplitMix64(seed: 3)
    let monitor = BudgetMonitor(budget: 0.02, alpha: 0.05, leastProbability: 1)
    func median(_ share: Double, good: Int = 0) throws -> Int {
      let found = (0..<21).compactMap { _ in
        alarm(monitor, audits: good + 20_000, &random) { index, random in
          (random.nextUnit() < (index < good ? 0.005 : share), 1)
        }
      }
      try #require(found.count == 21)
      return found.sorted()[10] - good
    }
    let (twice, thrice, always) = (try median(0.04), try median(0.06), try median(1))
    #expect(always < 8 && thrice < 500 && twice < 1800 && always < thrice && thrice < twice)
    #expect(try median(0.06, good: 5000) < 1200)
  }

  @Test func `an alarm stays, and no probability upsets the evidence`() {
    var monitor = BudgetMonitor(budget: 0.02, alpha: 0.05, leastProbability: 0.05)
    for probability in [0, -1, .nan, .infinity, 1e-300, 7] {
      monitor.observe(isWrong: false, probability: probability)
      #expect(monitor.evidence.isFinite && monitor.evidence >= 0 && !monitor.isBroken)
    }
    for _ in 0..<5000 { monitor.observe(isWrong: true, probability: 1e-9) }
    #expect(monitor.isBroken && monitor.evidence.isFinite)
    for _ in 0..<5000 { monitor.observe(isWrong: false, probability: 1) }
    #expect(monitor.isBroken && monitor.audits == 10_006 && monitor.wrong == 5000)
  }
}
