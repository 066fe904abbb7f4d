import Testing
import WeirDomain

@testable import WeirBenchmark

@Suite("What a benchmark reports")
struct BenchmarkReportTests {
  private let host = BenchmarkHost(
    processor: "A processor", processors: 2, architecture: "x86_64", kernels: "avx2", isOptimized: true)

  private var report: BenchmarkReport {
    var report = BenchmarkReport()
    report.model = "m.gguf"
    report.rows = [
      BenchmarkRow(
        "machine.read.t1", times: BenchmarkTimes([2_000, 1_000, 4_000]), unit: "sweeps", bytes: 40_000,
        limit: .reading),
      BenchmarkRow(
        "machine.read.t2", times: BenchmarkTimes([500]), unit: "sweeps", bytes: 40_000, limit: .reading, threads: 2),
      BenchmarkRow(
        "decode.64.t1", times: BenchmarkTimes([1_000_000, 3_000_000, 2_000_000]), unit: "tokens", bytes: 40_000_000,
        limit: .reading),
      BenchmarkRow("policy.plan", times: BenchmarkTimes([1_000_000]), items: 500, unit: "decisions"),
    ]
    return report
  }

  @Test("lengths that were asked for must fit, the usual ones are chosen from")
  func lengths() throws {
    var options = BenchmarkOptions()
    #expect(try options.lengths(of: .prefill, context: 128) == [16, 128])
    options.tokens = [7, 128]
    #expect(try options.lengths(of: .prefill, context: 128) == [7, 128])
    #expect(throws: BenchmarkFailure.tooLong(part: .encoder, tokens: 128, context: 127)) {
      try options.lengths(of: .encoder, context: 127)
    }
  }

  @Test("a time's median and percentile are those of a sorted list", arguments: [1, 2, 3, 4, 99, 100, 101, 250])
  func times(count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    let times = BenchmarkTimes((1...Int64(count)).shuffled(using: &random))
    #expect(times.median == Double(count + 1) / 2)
    // The smallest number that at least 99 % do not exceed.
    let expected = (1...count).first { Double($0) >= 0.99 * Double(count) }
    #expect(times.p99 == Double(expected ?? 0))
    #expect(times.best == 1)
  }

  @Test("a share is held against the best that the machine did with as many threads")
  func share() throws {
    // 20 GB/s by the median, of 40 GB/s by the best sweep.
    let share = try #require(report.share(of: report.rows[2]))
    #expect(abs(share - 0.5) < 1e-9)
    #expect(report.share(of: report.rows[3]) == nil)
    var other = report.rows[2]
    other.threads = 2
    let second = try #require(report.share(of: other))
    #expect(abs(second - 0.25) < 1e-9)
    other.threads = 4
    #expect(report.share(of: other) == nil)
  }

  @Test("the JSON has the rows' names, rates and the rival's ratio, and can be compared with")
  func json() throws {
    let rival = BenchmarkRival(name: "other", rates: ["decode.64.t1": 250])
    let text = report.json(host: host, version: "9", rival: rival)
    let value = try JSONReader.read(Array(text.utf8))
    let rows = try #require(value["rows"]?.array)
    #expect(rows.map { $0["name"]?.text } == report.rows.map(\.name))
    #expect(rows[2]["rate"]?.number == 500)
    #expect(rows[2]["ratio"]?.number == 2)
    #expect(rows[2]["share_of_limit"]?.number == 0.5)
    #expect(value["host"]?["kernels"]?.text == "avx2")
    let again = try BenchmarkRival(json: Array(text.utf8), file: "it")
    #expect(again.rates["policy.plan"] == 500_000)
    #expect(again.name == "weir 9")
  }

  @Test("the table says what a debug build is, and has the rival's columns")
  func table() {
    let rival = BenchmarkRival(name: "other", rates: ["decode.64.t1": 250])
    let text = report.table(host: host, rival: rival)
    let line = text.split(separator: "\n").first { $0.hasPrefix("decode.64.t1") } ?? ""
    #expect(
      line.split(separator: " ")
        == ["decode.64.t1", "2.00", "ms", "3.00", "ms", "500", "tokens", "20.0", "50", "%", "250", "2.00"])
    #expect(!text.contains("debug"))
    var debug = host
    debug.isOptimized = false
    #expect(report.table(host: debug, rival: nil).contains("debug build"))
  }

  @Test(
    "files that are no figures are refused by name",
    arguments: [
      ("", "not JSON"), ("{", "not JSON"), ("{}", "\"rows\""), ("{\"rows\": [{\"name\": \"a\"}]}", "no rate"),
      ("{\"rows\": [{\"name\": \"a\", \"rate\": 0}]}", "no rate"),
      ("{\"rows\": [{\"name\": 1, \"rate\": 2}]}", "no name"),
    ])
  func damaged(text: String, reason: String) {
    let failure = #expect(throws: BenchmarkFailure.self) { try BenchmarkRival(json: Array(text.utf8), file: "f.json") }
    #expect(failure?.message.contains(reason) == true)
    #expect(failure?.message.contains("f.json") == true)
  }

  @Test("the machine's limits are measured for each number of threads")
  func machine() {
    // A clock that each look moves on by a millisecond.
    nonisolated(unsafe) var time: Int64 = 0
    let benchmark = MachineBenchmark(
      now: {
        // unsafe because the clock of this test is used by one thread only
        unsafe time += 1_000_000
        return unsafe time
      }, bytes: 2 << 20, steps: 64, tries: 2)
    var options = BenchmarkOptions()
    options.threads = [1, 2]
    options.rounds = 3
    var report = BenchmarkReport()
    report.rows = benchmark.run(options) { _ in }
    #expect(report.rows.count == 4)
    for threads in [1, 2] {
      #expect(report.readLimit(threads: threads) == Double(2 << 20) * 1000)
      #expect((report.productLimit(threads: threads) ?? 0) > 0)
    }
  }

  @Test("parts are named with commas, ways of a route with a point")
  func parts() throws {
    let found = try #require(BenchmarkOptions.parts(named: "machine,route.exact"))
    #expect(found.parts == [.machine, .route])
    #expect(found.routes == [.exact])
    #expect(BenchmarkOptions.parts(named: "route")?.routes.count == BenchmarkRoute.allCases.count)
    for bad in ["", "all", "route.", "route.fast", "machine,", "machine exact"] {
      #expect(BenchmarkOptions.parts(named: bad) == nil)
    }
  }
}
