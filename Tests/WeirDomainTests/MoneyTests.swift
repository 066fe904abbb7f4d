import Testing
import WeirDomain

@Suite struct MoneyTests {
  @Test func `amounts are written exactly, with at least two decimals`() {
    #expect(Money(picodollars: 0).description == "$0.00")
    #expect(Money(picodollars: 1).description == "$0.000000000001")
    #expect(Money(picodollars: -1_250_000_000_000).description == "-$1.25")
    #expect(Money(picodollars: .min).description == "-$9223372.036854775808")
  }

  @Test func `sums saturate instead of overflowing`() {
    let most = Money(picodollars: .max)
    let least = Money(picodollars: .min)
    #expect(most + Money(picodollars: 1) == most)
    #expect(least + Money(picodollars: -1) == least)
    #expect(least - Money(picodollars: 1) == least)
    #expect(most - Money(picodollars: -1) == most)
    #expect(most.times(2) == most)
    #expect(most.times(-2) == least)
    #expect(least.times(-1) == most)
  }

  @Test func `a price times a count is exact`() {
    #expect(Money(picodollars: 150_000).times(1_000_000) == Money(picodollars: 150_000_000_000))
  }
}
