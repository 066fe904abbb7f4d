import Foundation
import Testing
import WeirTestSupport

/// Escalation, the durable queue, the ledger and review, through the real binary against a scripted upstream.
@Suite struct RouteRemoteTests {
  private static let completion = """
    {"id":"x","model":"big-model","choices":[{"index":0,"message":{"role":"assistant","content":"from afar"},\
    "finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}}
    """

  private func configuration(_ url: String) -> String {
    """
    [routing]
    review_probability = 1.0
    [ledger]
    premium_model = "big-model"
    [[providers]]
    name = "upstream"
    base_url = "\(url)/v1"
    premium = "big-model"
    connect_timeout_ms = 500
    total_timeout_ms = 2000
    max_retries = 0
    [[providers.prices]]
    model = "big-model"
    input_per_million = "10"
    output_per_million = "30"
    """
  }

  private func total(_ folder: TestFolder) throws -> [String: Any] {
    let report = try WeirProcess(["report", "--json", "--state", folder.path + "/state"]).run()
    return try #require(report.lines.first?["total"] as? [String: Any])
  }

  @Test func `what is beyond the local models is answered remotely, booked to the picodollar, and cached`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let arguments = ["route", "--config", file, "--state", folder.path + "/state"]
    let prompt = "Compare the chemistry of volcanic glass with that of river sand."
    let first = try WeirProcess(arguments).run(prompt + "\n")
    #expect(first.status == 0, "\(first.output)\(first.errors)")
    let line = try #require(first.lines.first)
    #expect(line["answer"] as? String == "from afar")
    #expect(line["tier"] as? String == "premium")
    // 100 x 10 and 10 x 30 millionths of a dollar.
    #expect(line["cost_picodollars"] as? Int == 1_300_000_000)
    let second = try #require(try WeirProcess(arguments).run(prompt + "\n").lines.first)
    #expect(second["tier"] as? String == "exact")
    #expect(second["cost_picodollars"] as? Int == 0)
    #expect((second["saved_picodollars"] as? [String: Int])?["cache"] == 1_300_000_000)
    #expect(server.requests.count == 1)
    let total = try total(folder)
    #expect(total["cost_picodollars"] as? Int == 1_300_000_000)
    #expect(total["saved_by_cache_picodollars"] as? Int == 1_300_000_000)
  }

  @Test func `tenants never share an answer`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let lines = ["one", "two", "one"].map { "{\"prompt\":\"Describe the Aurora in ten words.\",\"tenant\":\"\($0)\"}" }
    let result = try WeirProcess(["route", "--jobs", "1", "--config", file, "--state", folder.path + "/state"])
      .run(lines.joined(separator: "\n"))
    #expect(result.lines.compactMap { $0["tier"] as? String } == ["premium", "premium", "exact"])
  }

  @Test func `a dead link defers, and the queue is answered when the link is back`() throws {
    let folder = try TestFolder()
    let dead = try SilentPort(.refusing)
    let file = try folder.write(configuration(dead.url), to: "weir.toml")
    let prompts = (0..<3).map { "{\"id\":\"d\($0)\",\"prompt\":\"Compose verse number \($0) on volcanic glass.\"}" }
    let arguments = ["--jobs", "1", "--config", file, "--state", folder.path + "/state"]
    let down = try WeirProcess(["route"] + arguments).run(prompts.joined(separator: "\n"))
    #expect(down.status == 1)
    #expect(down.lines.compactMap { $0["status"] as? String } == ["deferred", "deferred", "deferred"])
    // Asked again while it waits: still one entry in the queue.
    _ = try WeirProcess(["route"] + arguments).run(prompts[0])
    dead.close()

    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    let back = try folder.write(configuration(server.url), to: "weir.toml")
    #expect(back == file)
    let answered = try WeirProcess(["route", "--deferred"] + arguments).run()
    #expect(answered.status == 0, "\(answered.output)\(answered.errors)")
    #expect(answered.lines.compactMap { $0["id"] as? String } == ["d0", "d1", "d2"])
    #expect(answered.lines.allSatisfy { $0["answer"] as? String == "from afar" })
    #expect(try WeirProcess(["route", "--deferred"] + arguments).run().lines.isEmpty)
  }

  @Test func `an answer from the queue that could not be printed comes with the next run`() throws {
    let folder = try TestFolder()
    let state = ["--state", folder.path + "/state"]
    _ = try WeirProcess(["route", "--jobs", "1"] + state).run("Compose verse 1.\nCompose verse 2 on glass.\n")
    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let arguments = ["route", "--deferred", "--config", file] + state
    let lost = try WeirProcess(arguments, shell: #"exec "$0" "$@" > /dev/full"#).run()
    #expect(lost.status == 2)
    let result = try WeirProcess(arguments).run()
    #expect(result.lines.count == 2)
    #expect(result.lines.allSatisfy { $0["answer"] as? String == "from afar" })
    // Asked once each, however often they had to be printed.
    #expect(server.requests.count == 2)
    #expect(try WeirProcess(arguments).run().lines.isEmpty)
  }

  @Test func `an empty answer is not taken for one, but its cost is booked`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in
      [
        .answer(
          200,
          #"{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}],"#
            + #""usage":{"prompt_tokens":100,"completion_tokens":0}}"#)
      ]
    }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let result = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"])
      .run("Compose a verse on volcanic glass.\n")
    #expect((result.lines.first?["error"] as? [String: Any])?["code"] as? String == "empty_answer")
    #expect(result.lines.first?["cost_picodollars"] as? Int == 1_000_000_000)
    #expect(try total(folder)["cost_picodollars"] as? Int == 1_000_000_000)
  }

  @Test func `two prices for one model are refused at the start`() throws {
    let folder = try TestFolder()
    let text = configuration("http://127.0.0.1:9")
    let second = """

      [[providers]]
      name = "other"
      base_url = "http://127.0.0.1:9/v1"
      premium = "big-model"
      [[providers.prices]]
      model = "big-model"
      input_per_million = 0
      output_per_million = 0
      """
    let file = try folder.write(text + second, to: "weir.toml")
    let result = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"]).run()
    #expect(result.status == 2)
    #expect(result.errors.contains("big-model"))
  }

  @Test func `the same id with another prompt is deferred too`() throws {
    let folder = try TestFolder()
    let arguments = ["route", "--state", folder.path + "/state"]
    for text in ["Compose a verse on volcanic glass.", "Compose a verse on river sand."] {
      let result = try WeirProcess(arguments).run(text + "\n")
      #expect(result.lines.first?["status"] as? String == "deferred")
    }
    let doctor = try WeirProcess(["doctor", "--json", "--state", folder.path + "/state"]).run()
    #expect(doctor.output.contains("2 prompts deferred"))
  }

  @Test func `a refusal is an error of its line and not deferred`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in
      [.answer(401, #"{"error":{"type":"invalid_key","message":"the prompt was: secret text"}}"#)]
    }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let result = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"])
      .run("Compose a verse on volcanic glass.\n")
    #expect(result.status == 1)
    #expect(result.lines.first?["status"] as? String == "error")
    #expect(!result.output.contains("secret text"))
    #expect(!result.output.contains("volcanic"))
  }

  @Test func `a model without a price is refused at the start, by name`() throws {
    let folder = try TestFolder()
    let text = configuration("http://127.0.0.1:9").replacingOccurrences(
      of: "premium = \"big-model\"", with: "premium = \"mystery\"")
    let file = try folder.write(text, to: "weir.toml")
    let result = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"]).run()
    #expect(result.status == 2)
    #expect(result.errors.contains("mystery"))
  }

  @Test func `an uncertain answer is kept for review and exported`() throws {
    let folder = try TestFolder()
    // A budget this wide accepts almost everything in scope, and the wide band below its half is kept.
    let environment = ["WEIR_ROUTING_ERROR_BUDGET": "0.49", "WEIR_ROUTING_AUDIT_PROBABILITY": "1"]
    let state = ["--state", folder.path + "/state"]
    let result = try WeirProcess(["route"] + state, environment: environment).run("how can I get a refund?\n")
    #expect(result.lines.first?["tier"] as? String == "generator")
    let export = try WeirProcess(["review", "export"] + state).run()
    let sample = try #require(export.lines.first)
    #expect(sample["prompt"] as? String == "how can I get a refund?")
    #expect(sample["answer"] as? String == result.lines.first?["answer"] as? String)
    #expect(sample["probability"] as? Double == 1)
    #expect(sample["label"] is NSNull)
  }
}
