import Testing
import WeirProviders
import WeirTestSupport

@Suite struct LinkMonitorTests {
  private final class Scene {
    var link: LinkMonitor
    var now = Duration.zero

    init(servers: Int = 1, _ settings: LinkMonitor.Settings = .init(reachability: .init(leastSpan: .zero))) {
      link = LinkMonitor(servers: servers, settings)
    }

    func admit(_ server: Int = 0) -> LinkMonitor.Ticket? {
      guard case .go(let ticket) = link.admit(server: server, at: now, fraction: 0.5) else { return nil }
      return ticket
    }

    @discardableResult
    func request(_ sight: LinkMonitor.Sight, _ server: Int = 0, took: Duration = .milliseconds(5)) -> Bool {
      guard let ticket = admit(server) else { return false }
      if sight != .unreachable { link.connected(ticket, at: now) }
      now += took
      link.finish(ticket, sight, at: now, fraction: 0.5)
      return true
    }

    func probeStep() -> LinkMonitor.ProbeStep { link.probeStep(at: now, fraction: 0.5) }

    var state: LinkMonitor.State { link.state(at: now) }
  }

  @Test func `the link is down when no server can be reached, and requests do not wait for it`() {
    let scene = Scene(servers: 2)
    for _ in 0..<3 { scene.request(.unreachable, 0) }
    #expect(scene.state == .degraded)
    #expect(scene.request(.heard, 1))
    for _ in 0..<3 { scene.request(.unreachable, 1) }
    #expect(scene.state == .down)
    #expect(scene.link.downSince == scene.now)
    for server in [0, 1] { #expect(scene.admit(server) == nil) }
  }

  @Test func `one probe at a time looks for the return, at growing distances, server by server`() throws {
    let scene = Scene(servers: 2)
    for server in [0, 1] { for _ in 0..<3 { scene.request(.unreachable, server) } }
    var waits: [Duration] = []
    var servers: [Int] = []
    for _ in 0..<8 {
      guard case .wait(let wait) = scene.probeStep() else {
        Issue.record("no probe is due yet")
        return
      }
      waits.append(wait)
      scene.now += wait
      guard case .probe(let ticket) = scene.probeStep() else {
        Issue.record("a probe is due")
        return
      }
      servers.append(ticket.server)
      guard case .wait = scene.probeStep() else {
        Issue.record("one probe at a time")
        return
      }
      #expect(scene.admit() == nil)
      scene.link.finish(ticket, .unreachable, at: scene.now, fraction: 0.5)
    }
    #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { Duration.seconds($0) * 0.75 })
    #expect(servers == [0, 1, 0, 1, 0, 1, 0, 1])
  }

  @Test func `a probe that is heard brings the link up for everybody`() throws {
    let scene = Scene()
    for _ in 0..<3 { scene.request(.unreachable) }
    scene.now += .seconds(1)
    guard case .probe(let ticket) = scene.probeStep() else {
      Issue.record("a probe is due")
      return
    }
    scene.link.finish(ticket, .heard, at: scene.now, fraction: 0.5)
    #expect(scene.state == .up)
    #expect(scene.probeStep() == .idle)
    #expect(scene.request(.heard))
  }

  @Test func `where nobody sends probes, a request that comes late enough is one`() {
    let scene = Scene(servers: 1, .init(reachability: .init(leastSpan: .zero), grace: .seconds(2)))
    for _ in 0..<3 { scene.request(.unreachable) }
    scene.now += .milliseconds(2_700)
    #expect(scene.admit() == nil)
    scene.now += .milliseconds(100)
    let probe = scene.admit()
    #expect(probe != nil)
    #expect(scene.admit() == nil)
  }

  @Test func `a connection that hangs makes the link known as down within two seconds, and comes back with it`() throws
  {
    let scene = Scene()
    #expect(scene.request(.heard))
    let hanging = try #require(scene.admit())
    scene.now += .milliseconds(1_900)
    #expect(scene.state == .down)
    #expect(scene.admit() == nil)
    scene.now += .milliseconds(50)
    scene.link.connected(hanging, at: scene.now)
    #expect(scene.state == .up)
    #expect(scene.admit() != nil)
  }

  @Test func `requests that break on the way make it degraded, not down`() {
    let scene = Scene()
    for number in 0..<20 { scene.request(number % 4 == 0 ? .broken : .heard) }
    #expect(scene.state == .degraded)
    scene.now += .seconds(120)
    #expect(scene.state == .up)
  }

  @Test func `what a caller ends says nothing`() {
    let scene = Scene()
    for _ in 0..<20 { #expect(scene.request(.unknown)) }
    #expect(scene.state == .up)
  }
}
