import Foundation
import Testing

/// How runs end: closed pipes, interrupts, kills, resumption, and a start that is refused.
@Suite struct RouteEndingTests {
  private static let prompts = (0..<40).map {
    "{\"id\":\"p\($0)\",\"prompt\":\"how do I change my order number \($0)?\"}"
  }

  @Test func `a closed output ends the run quietly`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(
      ["route", "--state", folder.path], shell: #""$0" "$@" | head -n 1; echo "${PIPESTATUS:-}" >/dev/null"#)
    let result = try process.run(Self.prompts.joined(separator: "\n"))
    #expect(result.lines.count == 1)
    #expect(result.errors.isEmpty)
  }

  @Test func `an interrupt lets what runs finish and leaves whole lines`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(["route", "--state", folder.path])
    try process.process.run()
    try process.send("how can I get a refund?\n")
    let first = try process.nextLine()
    process.signal(SIGINT)
    let result = try process.finish()
    #expect(first?.contains("line-1") == true)
    #expect(result.status == 130)
    #expect(result.output.isEmpty)
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
    // Files may not grow beyond what the database has now: SQLite meets a full disk.
    let limited = WeirProcess(
      ["route", "--state", folder.path], shell: #"trap '' XFSZ; ulimit -f 1; exec "$0" "$@""#)
    let result = try limited.run(Self.prompts.prefix(5).joined(separator: "\n"))
    #expect(result.status == 1 || result.status == 2)
    #expect(result.lines.allSatisfy { $0["status"] as? String == "error" })
    let doctor = try WeirProcess(["doctor", "--json", "--state", folder.path]).run()
    #expect(doctor.output.contains("sound"))
    let after = try WeirProcess(["route", "--state", folder.path]).run("how can I get a refund?\n")
    #expect(after.lines.first?["status"] as? String != "error")
  }

  @Test func `a full output is an error, not a silent loss`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(["route", "--state", folder.path], shell: #"exec "$0" "$@" > /dev/full"#)
    let result = try process.run("how can I get a refund?\n")
    #expect(result.status == 2)
    #expect(result.errors.contains("standard output"))
  }
}
