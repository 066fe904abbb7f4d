import Foundation
import Synchronization
import Testing

@testable import WeirTensor

struct ComputePoolTests {
  @Test(arguments: [1, 2, 3, 7]) func `every part runs once, whatever the counts`(threads: Int) {
    let pool = ComputePool(threads: threads)
    for count in [0, 1, 2, 3, 5, 16, 63, 64, 65, 1000] {
      for grain in [1, 2, 8, 100] {
        let seen = (0..<count).map { _ in Counter() }
        pool.forEachPart(of: count, grain: grain) { range, part in
          #expect(part >= 0 && part < pool.mostParts)
          #expect(range.lowerBound.isMultiple(of: grain))
          for index in range { seen[index].add() }
        }
        #expect(seen.allSatisfy { $0.value == 1 }, "\(count) by \(grain) on \(threads)")
      }
    }
  }

  @Test func `many short jobs after one another lose nothing`() {
    let pool = ComputePool(threads: 2)
    let total = Counter()
    for _ in 0..<20_000 { pool.forEachPart(of: 8) { range, _ in for _ in range { total.add() } } }
    #expect(total.value == 160_000)
  }

  @Test func `several callers share one pool`() async {
    let pool = ComputePool(threads: 2)
    let total = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<2_000 { pool.forEachPart(of: 10) { range, _ in for _ in range { total.add() } } }
        }
      }
    }
    #expect(total.value == 80_000)
  }

  @Test func `sleeping workers are woken`() {
    let pool = ComputePool(threads: 3)
    let total = Counter()
    for _ in 0..<20 {
      // sleeps because a worker must have stopped to spin; nothing is asserted about the time
      usleep(2_000)
      pool.forEachPart(of: 30) { range, _ in for _ in range { total.add() } }
    }
    #expect(total.value == 600)
  }

  /// Waits for a worker that may take as long as the host lets it.
  private func waitUntil(_ holds: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(20)
    while !holds() {
      if ContinuousClock.now > end { return false }
      sched_yield()
    }
    return true
  }

  @Test func `a worker takes a part while the caller holds the other, awake or asleep`() {
    let board = PoolBoard()
    board.startWorker()
    defer { board.stop() }
    for round in 0..<6 {
      // sleeps because a worker must have stopped to spin in some rounds; nothing is asserted about the time
      if round >= 3 { usleep(3_000) }
      let arrived = Counter()
      let met = Counter()
      board.run(parts: 2) { _ in
        arrived.add()
        // Nobody can take both parts: each waits for the other.
        if waitUntil({ arrived.value == 2 }) { met.add() }
      }
      #expect(met.value == 2, "round \(round)")
    }
  }

  @Test func `a caller that sleeps is woken by the last part`() {
    let board = PoolBoard()
    board.startWorker()
    defer { board.stop() }
    let caller = pthread_self()
    for _ in 0..<3 {
      let arrived = Counter()
      let finished = Counter()
      board.run(parts: 2) { _ in
        arrived.add()
        _ = waitUntil { arrived.value == 2 }
        // sleeps because the caller must have gone to sleep; nothing is asserted about the time
        if pthread_equal(pthread_self(), caller) == 0 { usleep(5_000) }
        finished.add()
      }
      #expect(finished.value == 2)
    }
  }

  /// The pool's judgement, played through with jobs that take as long as it is told.
  private struct Play {
    var patience = PoolPatience()
    var now: UInt64 = 10_000_000_000
    var jobsAlone = 0
    let job = ComputeJob(.product, amount: 10)

    mutating func run(_ count: Int, alone: UInt64, together: UInt64) {
      for _ in 0..<count {
        let isAlone = patience.isAlone(job.kind, now: now)
        if isAlone { jobsAlone += 1 }
        let time = isAlone ? alone : together
        now += time
        patience.jobEnded(job, wasAlone: isAlone, time: time, now: now)
      }
    }
  }

  @Test func `jobs that take less with workers get them, but for some that give the measure`() {
    var play = Play()
    play.run(6400, alone: 20_000, together: 12_000)
    #expect((100...110).contains(play.jobsAlone), "\(play.jobsAlone) of 6400 alone")
    // A worker that is late now and then is borne.
    for _ in 0..<20 {
      play.run(400, alone: 20_000, together: 12_000)
      play.run(1, alone: 20_000, together: 3_000_000)
    }
    #expect(play.jobsAlone < 300)
  }

  @Test func `jobs that take longer with workers run alone, and it is tried again ever more rarely`() {
    var play = Play()
    play.run(100_000, alone: 20_000, together: 40_000)
    let lost = play.now - 10_000_000_000 - 100_000 * 20_000
    #expect(lost < 100_000 * 20_000 / 100 * 2, "\(lost / 1_000_000) ms lost")
    let last = play.jobsAlone
    play.run(100_000, alone: 20_000, together: 40_000)
    #expect(play.jobsAlone - last > 99_000)
    // The neighbour is gone: within the longest pause the workers are back.
    play.run(Int(PoolPatience.longest / 20_000), alone: 20_000, together: 11_000)
    play.jobsAlone = 0
    play.run(6400, alone: 20_000, together: 11_000)
    #expect(play.jobsAlone < 200)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
  }
}
