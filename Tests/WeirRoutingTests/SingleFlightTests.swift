import Synchronization
import Testing
import WeirCache
import WeirDomain

@testable import WeirRouting

@Suite struct SingleFlightTests {
  private let key = CacheKey(space: .tenant("t"), user: nil, settings: ModelSettings(), messages: [])

  /// A clock that the test sets, and the timers that were asked for.
  private final class Time: Sendable {
    let now = Mutex<Int64>(0)
    let timers = Mutex<[(at: Int64, body: @Sendable () -> Void)]>([])

    func pass(to time: Int64) {
      now.withLock { $0 = time }
      let due = timers.withLock { timers in
        let due = timers.filter { $0.at <= time }
        timers.removeAll { $0.at <= time }
        return due
      }
      for timer in due { timer.body() }
    }

    func flight(patience: Int64) -> SingleFlight {
      SingleFlight(
        patience: patience, now: { [self] in now.withLock { $0 } },
        timer: { [self] delay, body in
          let at = now.withLock { $0 } + delay
          timers.withLock { $0.append((at, body)) }
        })
    }
  }

  private final class Counts: Sendable {
    let running = Mutex<[CacheKey: Int]>([:])
    let computed = Mutex(0)
  }

  private func until(_ isSo: () -> Bool) async {
    while !isSo() { await Task.yield() }
  }

  @Test func `a wait ends when patience does, with one timer for all who wait`() async {
    let time = Time()
    let flight = time.flight(patience: 100)
    guard case .lead(let leader) = flight.enter(key, deadline: flight.deadline()) else {
      Issue.record("the first leads")
      return
    }
    await withTaskGroup(of: FlightTable.Wake?.self) { group in
      for start in [0, 40] as [Int64] {
        time.pass(to: start)
        let (flight, key) = (flight, key)
        let count = flight.waiterCount
        group.addTask {
          guard case .wait(let waiter) = flight.enter(key, deadline: flight.deadline()) else { return nil }
          return await flight.wait(as: waiter)
        }
        await until { flight.waiterCount == count + 1 && !time.timers.withLock { $0.isEmpty } }
      }
      #expect(time.timers.withLock { $0.map(\.at) } == [100])
      time.pass(to: 100)
      #expect(await group.next() == .some(.alone))
      #expect(flight.waiterCount == 1)
      #expect(time.timers.withLock { $0.map(\.at) } == [140])
      flight.leave(leader, .stored)
      #expect(await group.next() == .some(.look))
    }
    time.pass(to: 140)
    #expect(time.timers.withLock { $0.isEmpty })
  }

  @Test func `a wait that ends earlier than those before it has its own timer`() async {
    let time = Time()
    let flight = time.flight(patience: 100)
    guard case .lead(let leader) = flight.enter(key, deadline: 100) else {
      Issue.record("the first leads")
      return
    }
    await withTaskGroup(of: FlightTable.Wake?.self) { group in
      for (count, deadline) in [100, 40, 60].enumerated() {
        let (flight, key) = (flight, key)
        group.addTask {
          guard case .wait(let waiter) = flight.enter(key, deadline: Int64(deadline)) else { return nil }
          return await flight.wait(as: waiter)
        }
        await until { flight.waiterCount == count + 1 }
        // Timers are set after the waiter is counted.
        for _ in 0..<1_000 { await Task.yield() }
      }
      for (now, waiting) in [(39, 3), (40, 2), (60, 1), (99, 1)] {
        time.pass(to: Int64(now))
        #expect(flight.waiterCount == waiting)
      }
      time.pass(to: 100)
      #expect(flight.waiterCount == 0)
      flight.leave(leader, .stored)
      for await wake in group { #expect(wake == .alone) }
    }
    #expect(time.timers.withLock { $0.isEmpty })
  }

  @Test func `a wake that comes before the wait is not lost`() async {
    let flight = Time().flight(patience: 100)
    guard case .lead(let leader) = flight.enter(key, deadline: 100),
      case .wait(let waiter) = flight.enter(key, deadline: 100)
    else {
      Issue.record("the first leads, the second waits")
      return
    }
    flight.leave(leader, .unshared)
    #expect(await flight.wait(as: waiter) == .alone)
  }

  @Test func `many tasks on few keys: each computation is alone on its key, and all end`() async {
    let flight = SingleFlight(patience: 60_000_000_000, now: { 0 }, timer: { _, _ in })
    let counts = Counts()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<2_000 {
        group.addTask {
          let key = CacheKey(
            space: .tenant("\(number % 7)"), user: nil, settings: ModelSettings(), messages: [])
          func compute(_ leader: FlightTable.Ticket) async {
            let others = counts.running.withLock { running in
              defer { running[key, default: 0] += 1 }
              return running[key, default: 0]
            }
            #expect(others == 0)
            counts.computed.withLock { $0 += 1 }
            await Task.yield()
            counts.running.withLock { $0[key, default: 0] -= 1 }
            flight.leave(leader, number.isMultiple(of: 3) ? .failed : .stored)
          }
          switch flight.enter(key, deadline: 1) {
          case .lead(let leader): await compute(leader)
          case .wait(let waiter): if await flight.wait(as: waiter) == .lead { await compute(waiter) }
          case .alone: Issue.record("so many never wait for one")
          }
        }
      }
    }
    #expect(flight.waiterCount == 0 && flight.leaderCount == 0)
    #expect(counts.computed.withLock { $0 } < 2_000)
  }
}
