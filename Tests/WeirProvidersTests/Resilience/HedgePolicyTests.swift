import Testing
import WeirProviders
import WeirTestSupport

@Suite struct HedgePolicyTests {
  private func expect(_ policy: HedgePolicy, _ delay: Duration?) {
    #expect(policy.delay == delay)
  }

  @Test func `nobody hedges unless it is configured, nor before the latencies are known`() {
    var off = HedgePolicy()
    for _ in 0..<100 { off.answered(in: .milliseconds(5)) }
    expect(off, nil)
    var young = HedgePolicy(.init(percentile: 0.95))
    for _ in 0..<19 { young.answered(in: .milliseconds(50)) }
    expect(young, nil)
    young.answered(in: .milliseconds(50))
    expect(young, .milliseconds(50))
  }

  @Test func `the delay is the percentile of the last calls, and follows them`() {
    var policy = HedgePolicy(.init(percentile: 0.95))
    for milliseconds in 1...100 { policy.answered(in: .milliseconds(milliseconds)) }
    expect(policy, .milliseconds(95))
    for _ in 0..<256 { policy.answered(in: .milliseconds(700)) }
    expect(policy, .milliseconds(700))
    for _ in 0..<256 { policy.answered(in: .microseconds(3)) }
    expect(policy, .milliseconds(20))
  }

  @Test func `hedges stay below their share of the requests`() {
    var policy = HedgePolicy(.init(percentile: 0.5))
    for _ in 0..<20 { policy.answered(in: .milliseconds(30)) }
    var sent = 0
    for number in 1...1_000 {
      policy.earn()
      if policy.delay != nil, policy.maySend(at: .seconds(number)) { sent += 1 }
    }
    #expect(sent == 50)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func `percentiles are those of a sorted array of the last samples`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var window = LatencyWindow(capacity: 16)
    var all: [Duration] = []
    #expect(window.percentile(0.5) == nil)
    for _ in 0..<200 {
      let latency = Duration.milliseconds(Int.random(in: 0..<50, using: &random))
      window.add(latency)
      all.append(latency)
      let last = all.suffix(16).sorted()
      for share in [0, 0.25, 0.5, 0.95, 1] {
        // The nearest rank, counted by hand.
        let expected = last.first { sample in
          Double(last.filter { $0 <= sample }.count) >= share * Double(last.count)
        }
        #expect(window.percentile(share) == expected)
      }
    }
  }
}
