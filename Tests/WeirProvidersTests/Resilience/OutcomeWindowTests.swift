import Testing
import WeirProviders
import WeirTestSupport

@Suite struct OutcomeWindowTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `counts are those of a list of all calls, as old as whole steps allow`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var window = OutcomeWindow(span: .seconds(10), buckets: 5)
    var calls: [(at: Duration, isFailure: Bool, isSlow: Bool)] = []
    var now = Duration.zero
    for _ in 0..<2_000 {
      now += .milliseconds(
        .random(in: 0..<(Int.random(in: 0..<50, using: &random) == 0 ? 15_000 : 500), using: &random))
      let call = (at: now, isFailure: Bool.random(using: &random), isSlow: Bool.random(using: &random))
      window.add(isFailure: call.isFailure, isSlow: call.isSlow, at: now)
      calls.append(call)
      let step = Int(now / .seconds(2))
      let recent = calls.filter { Int($0.at / .seconds(2)) > step - 5 }
      let counts = window.counts(at: now)
      #expect(counts.calls == recent.count)
      #expect(counts.failures == recent.filter(\.isFailure).count)
      #expect(counts.slow == recent.filter(\.isSlow).count)
    }
    #expect(window.counts(at: now + .seconds(10)).calls == 0)
  }
}
