import Testing
import WeirGenerator

struct SamplingRandomTests {
  @Test func `the sequence of a seed never changes`() {
    // From the published reference code: SplitMix64 seeded with 0 fills xoshiro256**.
    var random = SamplingRandom(seed: 0)
    #expect(
      (0..<4).map { _ in random.next() } == [
        0x99EC_5F36_CB75_F2B4, 0xBF6E_1F78_4956_452A, 0x1A5F_849D_4933_E6E0, 0x6AA5_94F1_262D_2D2C,
      ])
  }

  @Test func `unit numbers lie in 0 to 1 and spread evenly`() {
    var random = SamplingRandom(seed: 7)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<10_000 {
      let number = random.nextUnit()
      #expect(number >= 0 && number < 1)
      counts[Int(number * 10)] += 1
    }
    #expect(counts.allSatisfy { $0 > 850 && $0 < 1150 })
  }

  @Test func `seeds give different sequences`() {
    var first = SamplingRandom(seed: 1)
    var second = SamplingRandom(seed: 2)
    #expect(first.next() != second.next())
  }
}
