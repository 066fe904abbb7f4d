import Foundation
import Testing
import WeirTestSupport

/// How runs end: closed pipes, interrupts, kills, resumption, and a start that is refused.
@Suite struct RouteEndingTests {
  private static let prompts = (0..<40).map {
    "{\"id\":\"p\($0)\",\"prompt\":\"how do I change my order number \($0)?\"}"
  }

  @Test func `a closed output ends the run quietly`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(
      ["route", "--state", folder.path + "/state"],
      shell: #"{ "$0" "$@"; echo $? > "$STATUS"; } | head -n 1"#, environment: ["STATUS": folder.path + "/status"])
    let result = try process.run(Self.prompts.joined(separator: "\n"))
    #expect(result.lines.count == 1)
    #expect(result.errors.isEmpty)
    // Some prompts were not answered; 141 would be an end by signal.
    #expect(try String(contentsOfFile: folder.path + "/status", encoding: .utf8) == "1\n")
  }

  /// A run that waits for an upstream which answers only when the test says so.
  private func waitingRun(_ folder: TestFolder, _ server: LoopbackServer) throws -> WeirProcess {
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
    let process = WeirProcess(["route", "--config", file, "--state", folder.path + "/state"])
    try process.process.run()
    try process.send("Compose a sonnet on volcanic glass.\n")
    while server.requests.isEmpty { sched_yield() }
    return process
  }

  @Test func `the first interrupt lets what runs finish`() throws {
    let folder = try TestFolder()
    let gate = DispatchSemaphore(value: 0)
    let server = try LoopbackServer { _ in
      gate.wait()
      return [.answer(200, #"{"choices":[{"message":{"content":"late"},"finish_reason":"stop"}]}"#)]
    }
    let process = try waitingRun(folder, server)
    process.signal(SIGINT)
    gate.signal()
    let result = try process.finish()
    server.stop()
    #expect(result.lines.first?["answer"] as? String == "late")
    #expect(result.status == 130)
  }

  @Test func `the second interrupt stops what runs and marks it`() throws {
    let folder = try TestFolder()
    let gate = DispatchSemaphore(value: 0)
    let server = try LoopbackServer { _ in
      gate.wait()
      return [.close]
    }
    let process = try waitingRun(folder, server)
    process.signal(SIGINT)
    process.signal(SIGTERM)
    let result = try process.finish()
    gate.signal()
    server.stop()
    let error = result.lines.first?["error"] as? [String: Any]
    #expect(error?["kind"] as? String == "cancelled")
    #expect(result.status == 130)
  }

  @Test func `resume answers only what is missing and drops a torn line`() throws {
    let folder = try TestFolder()
    let output = folder.path + "/out.jsonl"
    let arguments = ["route", "--state", folder.path + "/state", "--output", output, "--resume"]
    _ = try WeirProcess(arguments).run(Self.prompts.prefix(10).joined(separator: "\n"))
    let handle = try #require(FileHandle(forWritingAtPath: output))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"id":"p10","status":"answ"#.utf8))
    try handle.close()
    _ = try WeirProcess(arguments).run(Self.prompts.prefix(15).joined(separator: "\n"))
    let text = try String(contentsOfFile: output, encoding: .utf8)
    let ids = text.split(separator: "\n").compactMap { line in
      ((try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any])?["id"] as? String
    }
    #expect(ids == (0..<15).map { "p\($0)" })
    #expect(text.split(separator: "\n").count == 15)
  }

  @Test func `resume with another input answers that input`() throws {
    let folder = try TestFolder()
    let arguments = ["route", "--state", folder.path + "/state", "--output", folder.path + "/out.jsonl", "--resume"]
    _ = try WeirProcess(arguments).run("how can I get a refund?\n")
    _ = try WeirProcess(arguments).run("which payment methods do you accept?\n")
    _ = try WeirProcess(arguments).run("which payment methods do you accept?\n")
    let text = try String(contentsOfFile: folder.path + "/out.jsonl", encoding: .utf8)
    #expect(text.split(separator: "\n").count == 2)
  }

  @Test func `what an earlier run deferred is not asked again, but is not answered either`() throws {
    let folder = try TestFolder()
    let arguments = ["route", "--state", folder.path + "/state", "--output", folder.path + "/out.jsonl", "--resume"]
    _ = try WeirProcess(arguments).run("Compose a verse on glass.\n")
    let second = try WeirProcess(arguments).run("Compose a verse on glass.\n")
    #expect(second.status == 1)
    #expect(second.errors.contains("deferred by an earlier run"))
  }

  @Test func `resume into a pipe is refused before anything is read`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(["route", "--state", folder.path, "--resume"])
    try process.process.run()
    let result = try process.finish()
    #expect(result.status == 2)
    #expect(result.errors.contains("--output"))
  }

  @Test func `a kill loses nothing that was printed`() throws {
    let folder = try TestFolder()
    var printed = 0
    var answered: Set<String> = []
    for round in 0..<12 {
      let process = WeirProcess(["route", "--state", folder.path, "--jobs", "4"])
      try process.process.run()
      try process.send(
        (0..<30).map { "{\"id\":\"r\(round)-\($0)\",\"prompt\":\"write a poem about round \(round) and \($0)\"}" }
          .joined(separator: "\n") + "\n")
      // Another instant in each round: after the first line, the second, ...
      for _ in 0...round {
        let line = try #require(try process.nextLine())
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        printed += 1
        if object?["status"] as? String == "deferred", let id = object?["id"] as? String { answered.insert(id) }
      }
      process.signal(SIGKILL)
      _ = try process.finish()
    }
    let report = try WeirProcess(["report", "--json", "--state", folder.path]).run()
    let total = report.lines.first?["total"] as? [String: Any]
    let requests = try #require(total?["requests"] as? Int)
    #expect(requests >= printed)
    #expect(!answered.isEmpty)
    let doctor = try WeirProcess(["doctor", "--json", "--state", folder.path]).run()
    let state = doctor.lines.first { $0["subject"] as? String == "state" }?["text"] as? String ?? ""
    #expect(state.contains("sound"), "\(state)")
    let deferred = try #require(total?["deferred"] as? Int)
    #expect(state.contains("\(deferred) prompts deferred"), "\(state)")
  }

  @Test func `a full disk gives an error for each prompt, then the state is sound`() throws {
    let folder = try TestFolder()
    _ = try WeirProcess(["route", "--state", folder.path]).run("how can I get a refund?\n")
    // Files may not grow beyond 40 KiB: SQLite's log meets a full disk after a few transactions.
    let limited = WeirProcess(
      ["route", "--state", folder.path], shell: #"trap '' XFSZ; ulimit -f 80; exec "$0" "$@""#)
    let result = try limited.run(Self.prompts.joined(separator: "\n"))
    #expect(result.status == 1)
    #expect(result.lines.count == Self.prompts.count)
    let refused = result.lines.count { ($0["error"] as? [String: Any])?["kind"] as? String == "bad_state" }
    #expect(refused > 0)
    let doctor = try WeirProcess(["doctor", "--json", "--state", folder.path]).run()
    #expect(doctor.output.contains("sound"))
    let report = try WeirProcess(["report", "--json", "--state", folder.path]).run()
    let total = try #require(report.lines.first?["total"] as? [String: Any])
    #expect(total["requests"] as? Int == 1 + Self.prompts.count - refused)
    let after = try WeirProcess(["route", "--state", folder.path]).run("how can I get a refund?\n")
    #expect(["answered", "deferred"].contains(after.lines.first?["status"] as? String))
  }

  @Test func `a full output is an error, not a silent loss`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(["route", "--state", folder.path], shell: #"exec "$0" "$@" > /dev/full"#)
    try process.process.run()
    // The input stays open: nobody may have to wait for another line to learn of it.
    try process.send("how can I get a refund?\n")
    let result = try process.finish()
    #expect(result.status == 2)
    #expect(result.errors.contains("standard output"))
  }
}
