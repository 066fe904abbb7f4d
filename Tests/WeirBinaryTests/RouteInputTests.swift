import Foundation
import Testing

/// What comes in: every kind of line gets exactly one reply, and the run goes on.
@Suite struct RouteInputTests {
  private func route(_ input: Data, _ arguments: [String] = []) throws -> WeirProcess.Result {
    let folder = try TestFolder()
    return try WeirProcess(["route", "--state", folder.path + "/state"] + arguments).run(input)
  }

  private func route(_ input: String, _ arguments: [String] = []) throws -> WeirProcess.Result {
    try route(Data(input.utf8), arguments)
  }

  private func code(_ line: [String: Any]) -> String? {
    (line["error"] as? [String: Any])?["code"] as? String
  }

  @Test func `plain lines are prompts, blank ones are passed over`() throws {
    let result = try route("how can I get a refund?\n\n   \nwhere is my order")
    #expect(result.lines.compactMap { ($0["id"] as? String)?.prefix(7) } == ["line-1-", "line-4-"])
    #expect(result.lines.allSatisfy { $0["intent"] is String })
  }

  @Test func `a format that cannot be held is refused on its line, and one of the flags before the first`() throws {
    let input = """
      {"id":"a","prompt":"x","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"not":{}}}}}
      {"id":"b","prompt":"x","response_format":{"type":"xml"}}
      {"id":"c","prompt":"x","grammar":"root ::= root"}
      {"id":"d","prompt":"x","grammar":"root ::= [a]","response_format":{"type":"json_object"}}
      {"id":"e","prompt":"how can I get a refund?","response_format":{"type":"text"}}
      """
    let result = try route(input)
    #expect(result.lines.map { code($0) } == ["bad_format", "invalid_field", "bad_format", "invalid_field", nil])
    #expect(result.output.contains("\\\"not\\\" at #"))
    #expect(try route("x", ["--grammar", "/nowhere/x.gbnf"]).status == 2)
    #expect(try route("x", ["--grammar", "a", "--json-schema", "b"]).status == 64)
  }

  @Test func `an answer in a format parses, or is not given`() throws {
    let folder = try TestFolder()
    let schema = folder.path + "/reply.schema.json"
    try Data(#"{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}"#.utf8).write(
      to: URL(fileURLWithPath: schema))
    let line = #"{"prompt":"how can I get a refund?","model":"generator"}"#
    let result = try route(line, ["--json-schema", schema])
    let reply = try #require(result.lines.first)
    if let answer = reply["answer"] as? String {
      #expect(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Bool] != nil)
    } else {
      #expect(code(reply) == "check_failed")
    }
  }

  @Test func `each bad line gets an error of its own and the run goes on`() throws {
    var input = Data(#"{"id":"a","prompt":"how can I get a refund?"}"#.utf8) + Data("\n".utf8)
    let bad = [
      (#"{"id":"b","prompt":"x","colour":"red"}"#, "unknown_field"), (#"{"prompt":"#, "malformed_json"),
      (#"{"id":"d"}"#, "missing_prompt"), (#"{"id":"e","prompt":""}"#, "empty_prompt"),
      (#"{"id":"f","prompt":"x","temperature":9}"#, "invalid_field"),
      (#"{"id":"g","prompt":"x","messages":[]}"#, "invalid_field"),
      (#"{"id":"h","messages":[{"role":"assistant","content":"x"}]}"#, "invalid_field"),
      (#"{"id":"i","prompt":"x","model":"nobody"}"#, "unknown_model"), (#"{"id":{},"prompt":"x"}"#, "invalid_field"),
    ]
    for (line, _) in bad { input += Data((line + "\n").utf8) }
    input += Data([0xC3, 0x28, 0x0A]) + Data((String(repeating: "x", count: 10_000_000) + "\n").utf8)
    input += Data(("{\"id\":\"m\",\"prompt\":\"" + String(repeating: "word ", count: 60_000) + "\"}\n").utf8)
    input += Data(#"{"id":"z","prompt":"how can I get a refund?"}"#.utf8)
    let result = try route(input)
    #expect(result.status == 1)
    let lines = result.lines
    #expect(lines.count == bad.count + 5)
    #expect(lines.first?["status"] as? String != "error")
    #expect(lines.last?["id"] as? String == "z")
    #expect(lines.last?["status"] as? String != "error")
    #expect(
      lines.dropFirst().dropLast().map { code($0) ?? "" }
        == bad.map(\.1) + ["invalid_utf8", "line_too_long", "prompt_too_large"])
    #expect(!result.output.contains("colour\":\"red"), "a line's text must not be repeated")
  }

  @Test func `the input's order is kept however many jobs run`() throws {
    let prompts = (0..<60).map { index in
      index.isMultiple(of: 7)
        ? "{\"id\":\"\(index)\",\"nonsense\":1}"
        : "{\"id\":\"\(index)\",\"prompt\":\"question number \(index): how do I change order \(index)?\"}"
    }
    let result = try route(prompts.joined(separator: "\n"), ["--jobs", "8"])
    #expect(result.lines.compactMap { $0["id"] as? String } == (0..<60).map(String.init))
  }

  @Test func `an answer comes before the next prompt is written`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(["route", "--state", folder.path])
    try process.process.run()
    try process.send("how can I get a refund?\n")
    #expect(try process.nextLine()?.contains("\"id\":\"line-1-") == true)
    try process.send("where is my order?\n")
    #expect(try process.nextLine()?.contains("\"id\":\"line-2-") == true)
    try process.input.fileHandleForWriting.close()
    _ = try process.finish()
  }

  @Test func `forced text input takes a brace for a prompt`() throws {
    let result = try route("{not json}\n", ["--input", "text"])
    #expect(result.lines.first?["intent"] is String)
    #expect(try code(route("plain\n", ["--input", "jsonl"]).lines[0]) == "malformed_json")
  }

  @Test func `explain shows the way of a prompt for people`() throws {
    let result = try route("how can I get a refund?\n", ["--explain"])
    for word in ["intent", "confidence", "why", "steps", "embed", "record", "cost"] {
      #expect(result.output.contains(word), "\(word) is missing")
    }
  }

  @Test func `a slow reader of the output stops the reading of the input`() throws {
    let folder = try TestFolder()
    let process = WeirProcess(["route", "--state", folder.path, "--jobs", "2"])
    try process.process.run()
    let descriptor = process.input.fileHandleForWriting.fileDescriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    let line = Array("{\"unknown\":1}\n".utf8)
    var sent = 0
    var refusals = 0
    // Replies are about 150 bytes: a pipe of 64 KiB holds some 440 of them, then everything must stand still.
    while refusals < 40, sent < 100_000 {
      let count = unsafe write(descriptor, line, line.count)
      if count == line.count {
        sent += 1
        refusals = 0
      } else {
        refusals += 1
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wait, 1, 50)
      }
    }
    #expect(sent < 20_000)
    process.process.terminate()
    _ = try process.finish()
  }
}
