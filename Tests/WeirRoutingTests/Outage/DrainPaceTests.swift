import Testing
import WeirRouting
import WeirTestSupport

@Suite struct DrainPaceTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the rate is bounded on average however long answers take, and nothing is saved up`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var pace = DrainPace(perMinute: 120, most: 8)
    var now = Duration.zero
    var starts: [Duration] = []
    var ends: [Duration] = []
    while now < .seconds(600) {
      if now > .seconds(300), now < .seconds(400) {
        // Nobody asks for a while.
        now = .seconds(400)
      }
      ends.removeAll { end in
        if end <= now { pace.answered() }
        return end <= now
      }
      switch pace.next(at: now, running: ends.count, fraction: .random(in: 0..<1, using: &random)) {
      case .start:
        starts.append(now)
        ends.append(now + .milliseconds(.random(in: 1..<3_000, using: &random)))
      case .wait(let wait): now += wait
      case .full: now += .milliseconds(10)
      }
      #expect(ends.count <= 8)
    }
    for (place, start) in starts.enumerated() {
      let inMinute = starts[place...].prefix { $0 < start + .seconds(60) }.count
      // 120 a minute on average; chance adds little over so many.
      #expect(inMinute <= 140, "seed \(seed)")
    }
    #expect(starts.count > 800)
    for (one, next) in zip(starts, starts.dropFirst()) { #expect(next - one >= .milliseconds(250)) }
  }

  @Test func `one at first, one more with each answer, half with each failure`() {
    var pace = DrainPace(perMinute: 1_000_000, most: 4)
    var found = [pace.allowed]
    for isGood in [true, true, true, true, false, true, false, false, false] {
      if isGood { pace.answered() } else { pace.failed() }
      found.append(pace.allowed)
    }
    #expect(found == [1, 2, 3, 4, 4, 2, 3, 1, 1, 1])
    let step = pace.next(at: .zero, running: 1, fraction: 0)
    #expect(step == .full)
  }
}
