import Synchronization
import Testing
import WeirDomain
import WeirRouting
import WeirStore

@Suite struct LinkMeterTests {
  private let june = Timestamp(milliseconds: 1_781_000_000_000)
  private let july = Timestamp(milliseconds: 1_783_600_000_000)

  private final class Wire: Sendable {
    private let bytes = Mutex(LinkUsage.Bytes())
    var total: LinkUsage.Bytes { bytes.withLock { $0 } }
    func move(sent: Int64, received: Int64) {
      bytes.withLock {
        $0.sent += sent
        $0.received += received
      }
    }
  }

  private func meter(_ wire: Wire, cap: Int64? = 1_000) -> LinkMeter {
    LinkMeter(cap: cap, traffic: { wire.total }, linkState: { .up }, isMetered: { _ in false })
  }

  @Test func `what is left of the cap counts this process at once, and earlier ones from the store`() throws {
    let store = try Store.inMemory(migrations: LinkUsage.migrations)
    let (first, second) = (Wire(), Wire())
    let one = meter(first)
    #expect(one.facts(at: june).left == 1_000)
    first.move(sent: 100, received: 200)
    #expect(one.facts(at: june).left == 700)
    try one.settle(at: june, to: store)
    #expect(one.facts(at: june).left == 700)
    // Another process of the same node.
    let two = meter(second)
    try store.read { try two.load(at: june, in: $0) }
    #expect(two.facts(at: june).left == 700)
    second.move(sent: 0, received: 650)
    try two.settle(at: june, to: store)
    #expect(two.facts(at: june).left == 50)
    // The first one sees it when it writes again.
    first.move(sent: 1, received: 0)
    try one.settle(at: june, to: store)
    #expect(one.facts(at: june).left == 49)
    #expect(try store.read { try LinkUsage.bytes(in: "2026-06", in: $0) } == .init(sent: 101, received: 850))
    first.move(sent: 0, received: 9_999)
    #expect(one.facts(at: june).left == 0)
  }

  @Test func `each month begins anew`() throws {
    let store = try Store.inMemory(migrations: LinkUsage.migrations)
    let wire = Wire()
    let meter = meter(wire)
    wire.move(sent: 400, received: 400)
    try meter.settle(at: june, to: store)
    #expect(meter.facts(at: june).left == 200)
    #expect(meter.facts(at: july).left == 1_000)
    wire.move(sent: 10, received: 20)
    try meter.settle(at: july, to: store)
    #expect(meter.facts(at: july).left == 970)
    #expect(try store.read { try LinkUsage.bytes(in: "2026-07", in: $0) }.total == 30)
    #expect(try store.read { try LinkUsage.bytes(in: "2026-06", in: $0) }.total == 800)
  }

  @Test func `bytes whose transaction fails at a later statement or its commit are written with the next ones`() throws
  {
    let store = try Store.inMemory(migrations: LinkUsage.migrations)
    let wire = Wire()
    let meter = meter(wire)
    wire.move(sent: 5, received: 5)
    #expect(throws: (any Error).self) {
      try meter.write(at: june, to: store) { transaction in
        _ = try transaction.execute("INSERT INTO no_such_table VALUES (1)")
      }
    }
    #expect(meter.facts(at: june).left == 990)
    #expect(try store.read { try LinkUsage.bytes(in: "2026-06", in: $0) }.total == 0)
    // A constraint that is looked at with the commit alone.
    try store.write { transaction in
      _ = try transaction.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
      _ = try transaction.execute(
        "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
    }
    #expect(throws: (any Error).self) {
      try meter.write(at: june, to: store) { transaction in
        #expect(meter.facts(at: june).left == 990)
        _ = try transaction.execute("INSERT INTO child VALUES (1)")
      }
    }
    #expect(meter.facts(at: june).left == 990)
    try meter.settle(at: june, to: store)
    #expect(try store.read { try LinkUsage.bytes(in: "2026-06", in: $0) }.total == 10)
    #expect(meter.facts(at: june).left == 990)
  }

  @Test func `without a cap nothing is left or missing`() {
    let facts = meter(Wire(), cap: nil).facts(at: june)
    #expect(facts.left == nil && facts.cap == nil)
  }
}
