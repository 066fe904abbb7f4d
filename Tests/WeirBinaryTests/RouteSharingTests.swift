import Foundation
import Testing
import WeirTestSupport

/// What lines of one run share with each other.
@Suite struct RouteSharingTests {
  @Test func `equal lines at the same time ask the remote model once, and those of another tenant for themselves`()
    throws
  {
    let folder = try TestFolder()
    let gate = DispatchSemaphore(value: 0)
    let server = try LoopbackServer { _ in
      gate.wait()
      return [.answer(200, #"{"choices":[{"message":{"content":"3695 kelvin"},"finish_reason":"stop"}]}"#)]
    }
    let file = try folder.write(
      """
      [[providers]]
      name = "slow"
      base_url = "\(server.url)/v1"
      premium = "big"
      [[providers.prices]]
      model = "big"
      input_per_million = 1
      output_per_million = 1
      """, to: "weir.toml")
    let process = WeirProcess(["route", "--jobs", "8", "--config", file, "--state", folder.path + "/state"])
    try process.process.run()
    func line(_ id: String, _ tenant: String) -> String {
      #"{"id":"\#(id)","tenant":"\#(tenant)","model":"premium","prompt":"At what heat does tungsten melt?"}"# + "\n"
    }
    try process.send((0..<6).map { line("a\($0)", "a") }.joined() + line("b", "b"))
    try process.input.fileHandleForWriting.close()
    while server.requests.count < 2 { sched_yield() }
    for _ in 0..<2 { gate.signal() }
    let result = try process.finish()
    server.stop()
    #expect(server.requests.count == 2)
    #expect(result.status == 0)
    #expect(result.lines.compactMap { $0["answer"] as? String } == Array(repeating: "3695 kelvin", count: 7))
    let paid = result.lines.filter { ($0["cost_picodollars"] as? Int ?? 0) > 0 }
    #expect(Set(paid.compactMap { $0["tenant"] as? String }) == ["a", "b"] && paid.count == 2)
    #expect(result.lines.count { $0["tier"] as? String == "exact" } == 5)
  }
}
