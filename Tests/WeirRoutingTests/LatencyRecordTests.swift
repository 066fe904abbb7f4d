import Testing

@testable import WeirRouting

@Suite struct LatencyRecordTests {
  private static let second: Int64 = 1_000_000_000

  @Test func `few answers say nothing`() {
    var record = LatencyRecord()
    for number in 1..<LatencyRecord.least {
      record.add(nanoseconds: Self.second, at: Int64(number))
      #expect(record.latency(at: Int64(number)) == nil)
    }
    record.add(nanoseconds: Self.second, at: 10)
    #expect(record.latency(at: 10) == .init(median: 1000, p95: 1000))
  }

  @Test func `percentiles are those of the sorted list`() {
    var record = LatencyRecord()
    for number in (1...40).reversed() { record.add(nanoseconds: Int64(number) * 1_000_000, at: Int64(number)) }
    #expect(record.latency(at: 50) == .init(median: 20, p95: 38))
  }

  @Test func `old answers leave, and then nothing is known`() {
    var record = LatencyRecord()
    for number in 0..<5 { record.add(nanoseconds: 9 * Self.second, at: Int64(number) * Self.second) }
    let later = LatencyRecord.lifetime + 2 * Self.second
    #expect(record.latency(at: later - 3 * Self.second)?.median == 9000)
    #expect(record.latency(at: later) == nil)
    for number in 0..<5 { record.add(nanoseconds: Self.second, at: later + Int64(number)) }
    #expect(record.latency(at: later + 4 * Self.second)?.p95 == 1000)
  }

  @Test func `what is kept is bounded, the latest first`() {
    var record = LatencyRecord()
    for number in 0..<1000 { record.add(nanoseconds: Int64(number) * 1_000_000, at: Int64(number)) }
    #expect(record.latency(at: 1000) == .init(median: 967, p95: 996))
  }

  @Test func `a clock that stands still, and times that are none`() {
    var record = LatencyRecord()
    for _ in 0..<6 { record.add(nanoseconds: -5, at: 0) }
    #expect(record.latency(at: 0) == .init(median: 0, p95: 0))
  }
}
