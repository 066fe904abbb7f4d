import Testing
import WeirProviders
import WeirTestSupport

@Suite struct CircuitBreakerTests {
  private typealias Outcome = CircuitBreaker.Outcome

  /// A breaker with a clock of its own; chance is always in the middle, so that a wait is 3/4 of its step.
  private final class Scene {
    var breaker: CircuitBreaker
    var now = Duration.zero

    init(_ settings: CircuitBreaker.Settings = .init()) { breaker = CircuitBreaker(settings) }

    func admit() -> CircuitBreaker.Ticket? {
      guard case .go(let ticket) = breaker.admit(at: now, fraction: 0.5) else { return nil }
      return ticket
    }

    func finish(_ ticket: CircuitBreaker.Ticket, _ outcome: Outcome) {
      breaker.connected(ticket, at: now)
      breaker.finish(ticket, outcome, at: now, fraction: 0.5)
    }

    /// One call that takes `took`; nil where it is not let through.
    @discardableResult
    func call(
      _ outcome: Outcome, took: Duration = .milliseconds(10), firstText: Duration? = nil, written: Int = 0
    ) -> Bool {
      guard let ticket = admit() else { return false }
      if outcome != .unreachable { breaker.connected(ticket, at: now) }
      now += took
      breaker.finish(ticket, outcome, firstText: firstText, written: written, at: now, fraction: 0.5)
      return true
    }

    var isClosed: Bool { breaker.state == .closed }

    var cause: CircuitBreaker.Cause? {
      switch breaker.state {
      case .closed: nil
      case .open(_, let cause), .halfOpen(_, let cause): cause
      }
    }
  }

  @Test func `refused connections of one short moment do not open it, and the same over a quarter second do`() {
    let scene = Scene(.init(errorShare: 2, failuresInRow: .max))
    for _ in 0..<20 { #expect(scene.call(.unreachable)) }
    #expect(scene.isClosed, "20 in a fifth of a second")
    for _ in 0..<5 { _ = scene.call(.unreachable) }
    #expect(scene.cause == .unreachable)
  }

  @Test func `three refused connections open it, whatever the traffic was`() {
    let scene = Scene(.init(reachability: .init(leastSpan: .zero)))
    for _ in 0..<100 { scene.call(.served) }
    for _ in 0..<2 { #expect(scene.call(.unreachable)) }
    #expect(scene.isClosed)
    #expect(scene.call(.unreachable))
    #expect(scene.cause == .unreachable)
    #expect(!scene.call(.served))
  }

  @Test func `one connection that fails slowly is enough`() {
    let scene = Scene()
    #expect(scene.call(.unreachable, took: .seconds(5)))
    #expect(scene.cause == .unreachable)
  }

  @Test func `while a connection is in the making, it opens within two seconds`() {
    let scene = Scene()
    scene.call(.served)
    let hanging = scene.admit()
    scene.now += .milliseconds(1_700)
    let second = scene.admit()
    #expect(hanging != nil && second != nil)
    scene.now += .milliseconds(200)
    #expect(scene.admit() == nil)
    #expect(scene.cause == .unreachable)
    #expect(scene.now < .seconds(2))
  }

  @Test func `a connection that comes about late after all lets the next one try at once`() throws {
    let scene = Scene(.init(firstWait: .seconds(60)))
    let hanging = try #require(scene.admit())
    scene.now += .seconds(2)
    #expect(scene.admit() == nil)
    scene.now += .milliseconds(100)
    scene.breaker.connected(hanging, at: scene.now)
    let probe = try #require(scene.admit())
    #expect(probe.isProbe)
    scene.finish(probe, .served)
    #expect(scene.isClosed)
  }

  @Test func `slow answers over a standing connection are no reason to think it unreachable`() {
    let scene = Scene()
    let pending = (0..<5).compactMap { _ in scene.admit() }
    for ticket in pending { scene.breaker.connected(ticket, at: scene.now) }
    scene.now += .seconds(15)
    #expect(scene.admit() != nil)
  }

  @Test func `one slow connection while others are answered is no reason to open it`() throws {
    let scene = Scene()
    let slow = try #require(scene.admit())
    for _ in 0..<4 {
      scene.now += .milliseconds(500)
      scene.call(.served)
    }
    scene.breaker.finish(slow, .unreachable, at: scene.now, fraction: 0.5)
    #expect(scene.isClosed)
    #expect(scene.call(.unreachable, took: .seconds(2)))
    #expect(scene.cause == .unreachable)
  }

  @Test func `in dense traffic five failures in a row are chance, and twenty are none`() {
    let scene = Scene()
    for _ in 0..<100 { scene.call(.served) }
    for _ in 0..<19 { #expect(scene.call(.failed)) }
    #expect(scene.isClosed)
    scene.call(.failed)
    #expect(scene.cause == .errors)
  }

  @Test func `a server with a fifth of its answers wrong is used nearly always`() {
    var random = SeededRandom(seed: 3)
    let scene = Scene()
    var refused = 0
    for _ in 0..<10_000 {
      if !scene.call(Double.random(in: 0..<1, using: &random) < 0.2 ? .failed : .served) { refused += 1 }
      scene.now += .milliseconds(10)
    }
    #expect(refused < 500)
  }

  @Test func `half of the calls failing opens it, once there are enough`() {
    let scene = Scene(.init(leastCalls: 10))
    for _ in 0..<4 {
      scene.call(.failed)
      scene.call(.served)
    }
    #expect(scene.isClosed)
    scene.call(.failed)
    scene.call(.served)
    #expect(scene.isClosed, "half of ten failed, and the last one did not")
    scene.call(.failed)
    #expect(scene.cause == .errors)
  }

  @Test func `failures that are long past count no more`() {
    let scene = Scene()
    for _ in 0..<4 {
      scene.call(.failed)
      scene.call(.served)
    }
    scene.now += .seconds(31)
    for _ in 0..<4 {
      scene.call(.failed)
      scene.call(.served)
    }
    #expect(scene.isClosed)
  }

  @Test func `five failures in a row open it however rare they are`() {
    let scene = Scene()
    for _ in 0..<4 {
      scene.call(.failed)
      scene.now += .seconds(600)
    }
    #expect(scene.isClosed)
    scene.call(.failed)
    #expect(scene.cause == .errors)
  }

  @Test func `slow calls open it, and its probe has to be fast`() {
    let scene = Scene(.init(leastCalls: 10, slowAfter: .seconds(2)))
    for _ in 0..<10 { #expect(scene.call(.served, took: .seconds(2.5))) }
    #expect(scene.cause == .slow)
    scene.now += .seconds(1)
    #expect(scene.call(.served, took: .seconds(3)))
    #expect(scene.cause == .slow)
    scene.now += .seconds(2)
    #expect(scene.call(.served, took: .seconds(1)))
    #expect(scene.isClosed)
  }

  @Test func `long answers that begin soon, or come at a usual pace, are not slow`() {
    let streamed = Scene(.init(leastCalls: 5, slowAfter: .seconds(2)))
    for _ in 0..<30 { #expect(streamed.call(.served, took: .seconds(2.9), firstText: .seconds(1))) }
    #expect(streamed.isClosed)
    let whole = Scene(.init(leastCalls: 5, slowAfter: .seconds(2)))
    for _ in 0..<30 { #expect(whole.call(.served, took: .seconds(2.9), written: 30)) }
    #expect(whole.isClosed)
    let creeping = Scene(.init(leastCalls: 5, slowAfter: .seconds(2)))
    for _ in 0..<10 { creeping.call(.served, took: .seconds(2.9), firstText: .seconds(2.5), written: 3) }
    #expect(creeping.cause == .slow)
    creeping.now += .seconds(1)
    #expect(creeping.call(.served, took: .seconds(60), written: 1_500))
    #expect(creeping.isClosed, "the probe's answer is long, and not slow")
  }

  @Test func `waits between probes double up to the longest, and jitter keeps half of them`() {
    for fraction in [0, 0.5, 0.999] {
      var breaker = CircuitBreaker(.init(failuresInRow: 1, firstWait: .seconds(1), longestWait: .seconds(5)))
      var now = Duration.zero
      var waits: [Duration] = []
      for _ in 0..<5 {
        guard case .go(let ticket) = breaker.admit(at: now, fraction: fraction) else {
          Issue.record("a probe is due")
          return
        }
        breaker.finish(ticket, .failed, at: now, fraction: fraction)
        guard case .refused(let wait, .errors) = breaker.admit(at: now, fraction: fraction) else {
          Issue.record("it is open")
          return
        }
        waits.append(wait)
        now += wait
      }
      #expect(waits == [1, 2, 4, 5, 5].map { Duration.seconds($0) * (0.5 + fraction / 2) })
    }
  }

  @Test func `one probe at a time goes through, and a cancelled one makes room for the next`() throws {
    let scene = Scene(.init(failuresInRow: 1))
    scene.call(.failed)
    scene.now += .seconds(1)
    let probe = try #require(scene.admit())
    for _ in 0..<5 {
      scene.now += .seconds(10)
      #expect(scene.admit() == nil)
    }
    scene.finish(probe, .unknown)
    let next = try #require(scene.admit())
    #expect(next.isProbe && next.number != probe.number)
    // What the first probe's owner says now is no longer heard.
    scene.finish(probe, .served)
    #expect(scene.admit() == nil)
  }

  @Test func `what began before it opened does not close it, nor count afterwards`() throws {
    let scene = Scene(.init(failuresInRow: 2))
    let early = (0..<4).compactMap { _ in scene.admit() }
    scene.finish(early[0], .failed)
    scene.finish(early[1], .failed)
    #expect(scene.cause == .errors)
    scene.finish(early[2], .served)
    #expect(scene.cause == .errors)
    scene.now += .seconds(1)
    let probe = try #require(scene.admit())
    scene.finish(probe, .served)
    #expect(scene.isClosed)
    scene.finish(early[3], .failed)
    scene.call(.failed)
    #expect(scene.isClosed, "one failure of this time: the early one is not the second")
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `whatever happens, at most one probe runs, and a server that is well again is used again`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var breaker = CircuitBreaker(.init(leastCalls: 5, firstWait: .seconds(1), longestWait: .seconds(30)))
    var now = Duration.zero
    var running: [CircuitBreaker.Ticket] = []
    func fraction() -> Double { .random(in: 0..<1, using: &random) }
    for step in 0..<4_000 {
      now += .milliseconds(.random(in: 0..<400, using: &random))
      if running.count < 8, Bool.random(using: &random) {
        if case .go(let ticket) = breaker.admit(at: now, fraction: fraction()) {
          if Bool.random(using: &random) { breaker.connected(ticket, at: now) }
          running.append(ticket)
        }
      } else if let place = running.indices.randomElement(using: &random) {
        let outcome = [Outcome.served, .failed, .unreachable, .unknown].randomElement(using: &random) ?? .served
        breaker.finish(running.remove(at: place), outcome, at: now, fraction: fraction())
      }
      let probes = running.filter(\.isProbe).count
      #expect(probes <= 1, "seed \(seed), step \(step)")
      if case .halfOpen(let probe, _) = breaker.state {
        #expect(running.contains { $0.number == probe }, "seed \(seed), step \(step)")
      }
    }
    for ticket in running { breaker.finish(ticket, .unknown, at: now, fraction: 0) }
    for _ in 0..<3 {
      now += .seconds(60)
      if case .go(let ticket) = breaker.admit(at: now, fraction: 0) {
        breaker.finish(ticket, .served, at: now, fraction: 0)
      }
    }
    #expect(breaker.state == .closed, "seed \(seed)")
  }
}
