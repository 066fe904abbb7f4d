import Testing
import WeirCache
import WeirDomain
import WeirTestSupport

@testable import WeirRouting

@Suite struct FlightTableTests {
  private func key(_ name: String) -> CacheKey {
    CacheKey(space: .tenant("t"), user: nil, settings: ModelSettings(), messages: [.init(role: .user, content: name)])
  }

  private func lead(_ table: inout FlightTable, _ name: String) throws -> FlightTable.Ticket {
    guard case .lead(let ticket) = table.enter(key(name), deadline: 10) else {
      throw NotExpected(what: "a leader of \(name)")
    }
    return ticket
  }

  private func follow(_ table: inout FlightTable, _ name: String, deadline: Int64 = 10) throws -> FlightTable.Ticket {
    guard case .wait(let ticket) = table.enter(key(name), deadline: deadline) else {
      throw NotExpected(what: "a follower of \(name)")
    }
    return ticket
  }

  private struct NotExpected: Error { let what: String }

  private func offer(_ leader: FlightTable.Ticket) -> FlightTable.Offer {
    FlightTable.Offer(leader: leader, prompt: "", vector: [])
  }

  @Test func `the first computes, the others wait and then look`() throws {
    var table = FlightTable()
    let leader = try lead(&table, "a")
    let followers = [try follow(&table, "a"), try follow(&table, "a")]
    _ = try lead(&table, "b")
    let woken = table.leave(leader, .stored)
    #expect(woken.map(\.waiter) == followers)
    #expect(woken.allSatisfy { $0.wake == .look })
    table.checkInvariants()
    _ = try lead(&table, "a")
  }

  @Test func `after a failure one next leader computes, and the others go on waiting`() throws {
    var table = FlightTable()
    let leader = try lead(&table, "a")
    let (first, second, third) = (try follow(&table, "a"), try follow(&table, "a"), try follow(&table, "a"))
    let woken = table.leave(leader, .failed)
    #expect(woken.map(\.waiter) == [first])
    table.checkInvariants()
    let laterWoken = table.leave(first, .failed)
    #expect(laterWoken.map(\.wake) == [.lead])
    let lastWoken = table.leave(second, .stored)
    #expect(lastWoken.map(\.waiter) == [third])
    table.checkInvariants()
    #expect(table.isEmpty)
  }

  @Test func `an answer that may not be shared lets all go`() throws {
    var table = FlightTable()
    let leader = try lead(&table, "a")
    let followers = [try follow(&table, "a"), try follow(&table, "a")]
    let woken = table.leave(leader, .unshared)
    #expect(woken.map(\.waiter) == followers && woken.allSatisfy { $0.wake == .alone })
    #expect(table.isEmpty)
  }

  @Test func `those who stop waiting are neither woken nor made leaders`() throws {
    var table = FlightTable()
    let leader = try lead(&table, "a")
    let (first, second) = (try follow(&table, "a"), try follow(&table, "a"))
    let abandoned = table.abandon(first)
    #expect(abandoned)
    let abandonedTwice = table.abandon(first)
    #expect(!abandonedTwice)
    let woken = table.leave(leader, .failed)
    #expect(woken.map(\.waiter) == [second])
    let abandonedAsLeader = table.abandon(second)
    #expect(!abandonedAsLeader)
    table.checkInvariants()
  }

  @Test func `waits end at their deadline, the earliest first`() throws {
    var table = FlightTable()
    let leader = try lead(&table, "a")
    let late = try follow(&table, "a", deadline: 30)
    let early = try follow(&table, "a", deadline: 20)
    #expect(table.nextDeadline == 20)
    let expired = table.expire(at: 19)
    #expect(expired.isEmpty)
    let laterExpired = table.expire(at: 20)
    #expect(laterExpired == [early])
    #expect(table.nextDeadline == 30)
    let woken = table.leave(leader, .stored)
    #expect(woken.map(\.waiter) == [late])
    #expect(table.nextDeadline == nil)
  }

  @Test func `more than so many do not wait for one`() throws {
    var table = FlightTable(mostWaiters: 2)
    _ = try lead(&table, "a")
    _ = (try follow(&table, "a"), try follow(&table, "a"))
    let entry = table.enter(key("a"), deadline: 10)
    #expect(entry == .alone)
    table.checkInvariants()
  }

  @Test func `a leader sees the offers that came before its own, once`() throws {
    var table = FlightTable()
    let partition = key("partition")
    let (first, second) = (try lead(&table, "a"), try lead(&table, "b"))
    let shown = table.offer(offer(first), in: partition, seen: [])
    #expect(shown.isEmpty)
    let laterShown = table.offer(offer(second), in: key("another"), seen: [])
    #expect(laterShown.isEmpty)
    let third = try lead(&table, "c")
    let lastShown = table.offer(offer(third), in: partition, seen: [])
    #expect(lastShown.map(\.leader) == [first])
    // Not offered yet: nobody may wait for it.
    let waiter = table.wait(for: third, deadline: 10)
    #expect(waiter == nil)
    let finalShown = table.offer(offer(third), in: partition, seen: [first])
    #expect(finalShown.isEmpty)
    table.checkInvariants()
    let wait = table.wait(for: first, deadline: 10)
    let near = try #require(wait)
    let woken = table.leave(first, .stored)
    #expect(woken.map(\.waiter) == [near])
    let laterWaiter = table.wait(for: first, deadline: 10)
    #expect(laterWaiter == nil)
    table.checkInvariants()
  }

  @Test func `when a leader fails, those near to it seek another and one follower leads`() throws {
    var table = FlightTable()
    let partition = key("partition")
    let leader = try lead(&table, "a")
    _ = table.offer(offer(leader), in: partition, seen: [])
    let follower = try follow(&table, "a")
    let wait = table.wait(for: leader, deadline: 10)
    let near = try #require(wait)
    let woken = table.leave(leader, .failed)
    #expect(Set(woken.map(\.waiter)) == [follower, near])
    #expect(woken.first { $0.waiter == near }?.wake == .seek)
    #expect(woken.first { $0.waiter == follower }?.wake == .lead)
    // The new leader has not offered anything yet.
    let waiter = table.wait(for: follower, deadline: 10)
    #expect(waiter == nil)
    table.checkInvariants()
  }

  @Test(arguments: 0..<20) func `random programs keep the rules, and everybody who waits is woken`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var table = FlightTable(mostWaiters: 4)
    var (leading, offered): (Set<FlightTable.Ticket>, Set<FlightTable.Ticket>) = ([], [])
    var waiting: [FlightTable.Ticket: Int64] = [:]
    var now: Int64 = 0
    func woken(_ wakes: [(waiter: FlightTable.Ticket, wake: FlightTable.Wake)]) {
      for (waiter, wake) in wakes {
        #expect(waiting.removeValue(forKey: waiter) != nil, "woken without waiting")
        if wake == .lead { leading.insert(waiter) }
      }
    }
    for _ in 0..<2_000 {
      switch Int.random(in: 0..<6, using: &random) {
      case 0, 1:
        let deadline = now + Int64.random(in: 1...50, using: &random)
        switch table.enter(key("k\(Int.random(in: 0..<4, using: &random))"), deadline: deadline) {
        case .lead(let ticket): leading.insert(ticket)
        case .wait(let ticket): waiting[ticket] = deadline
        case .alone: break
        }
      case 2:
        if let ticket = leading.randomElement(using: &random) {
          leading.remove(ticket)
          offered.remove(ticket)
          woken(table.leave(ticket, [.stored, .unshared, .failed].randomElement(using: &random) ?? .failed))
        }
      case 3:
        // Both partitions may offer; a leader offers in one.
        if let ticket = leading.subtracting(offered).randomElement(using: &random) {
          let partition = key("p\(Int.random(in: 0..<2, using: &random))")
          let fresh = table.offer(self.offer(ticket), in: partition, seen: [])
          if fresh.isEmpty { offered.insert(ticket) }
          #expect(fresh.allSatisfy { offered.contains($0.leader) && $0.leader != ticket })
        }
      case 4:
        if let ticket = offered.randomElement(using: &random), let near = table.wait(for: ticket, deadline: now + 30) {
          waiting[near] = now + 30
        }
      default:
        now += 1
        let late = Set(waiting.filter { $0.value <= now }.keys)
        let expired = table.expire(at: now)
        #expect(Set(expired) == late)
        for ticket in late { waiting[ticket] = nil }
      }
      table.checkInvariants()
      #expect(table.waiterCount == waiting.count && table.leaderCount == leading.count)
    }
    while let ticket = leading.popFirst() { woken(table.leave(ticket, .failed)) }
    #expect(waiting.isEmpty && table.isEmpty)
  }
}
