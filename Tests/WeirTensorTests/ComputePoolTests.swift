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

  @Test func `waiting for workers without gain sends the pool into a pause that grows and is forgotten`() {
    var patience = PoolPatience()
    var now: UInt64 = 10_000_000_000
    // Jobs that pay: a short wait after more work.
    for _ in 0..<1000 {
      now += 30_000
      patience.jobEnded(work: 20_000, wait: 5_000, now: now)
      #expect(!patience.isWaiting(now: now))
    }
    // One worker that lost its processor.
    patience.jobEnded(work: 20_000, wait: 3_000_000, now: now)
    #expect(patience.isWaiting(now: now + PoolPatience.shortest - 1))
    #expect(!patience.isWaiting(now: now + PoolPatience.shortest))

    // Many short waits are as bad as a long one.
    now += PoolPatience.shortest
    var jobs = 0
    while !patience.isWaiting(now: now), jobs < 1000 {
      jobs += 1
      now += 60_000
      patience.jobEnded(work: 10_000, wait: 50_000, now: now)
    }
    #expect(jobs < 20)
    #expect(patience.isWaiting(now: now + 2 * PoolPatience.shortest - 1))

    for _ in 0..<20 {
      now += PoolPatience.longest
      patience.jobEnded(work: 0, wait: 3_000_000, now: now)
    }
    #expect(patience.isWaiting(now: now + PoolPatience.longest - 1))
    #expect(!patience.isWaiting(now: now + PoolPatience.longest))

    now += 3 * PoolPatience.longest
    patience.jobEnded(work: 0, wait: 3_000_000, now: now)
    #expect(!patience.isWaiting(now: now + PoolPatience.shortest))
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.wrappingAdd(1, ordering: .relaxed) }
  }
}
