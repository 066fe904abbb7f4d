import Testing
import WeirProviders
import WeirTestSupport

@Suite struct RetryBudgetTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `however requests and retries come, retries stay within a tenth of the requests and the floor`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var budget = RetryBudget()
    var now = Duration.zero
    var requests = 0
    var retries = 0
    for _ in 0..<50_000 {
      now += .milliseconds(.random(in: 0..<20, using: &random))
      if Int.random(in: 0..<3, using: &random) == 0 {
        budget.earn()
        requests += 1
      } else if budget.spend(at: now) {
        retries += 1
      }
      let floor = 2 + now / .seconds(30)
      #expect(Double(retries) <= 0.1 * Double(requests) + floor + 1e-6)
    }
    // And what may be spent, is.
    #expect(Double(retries) >= 0.1 * Double(requests) - 1)
    #expect(budget.spent == retries)
  }

  @Test func `a quiet node has two retries, and each comes back after half a minute`() {
    var budget = RetryBudget()
    let early = [0, 0, 0, 29, 30, 31].map { budget.spend(at: .seconds($0)) }
    #expect(early == [true, true, false, false, true, false])
    // No more than two are saved up.
    let late = (0..<5).map { _ in budget.spend(at: .seconds(3_600)) }
    #expect(late.filter { $0 }.count == 2)
    #expect(budget.refused == 6)
  }

  @Test func `what is earned is saved up to a bound`() {
    var budget = RetryBudget(.init(share: 0.1, floor: 0, most: 5))
    for _ in 0..<1_000 { budget.earn() }
    let spent = (0..<10).map { _ in budget.spend(at: .zero) }
    #expect(spent.filter { $0 }.count == 5)
  }
}
