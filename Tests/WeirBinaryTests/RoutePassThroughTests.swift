import Foundation
import Testing
import WeirTestSupport

/// Tools, images and other fields through the real binary, against scripted upstreams of both kinds.
@Suite struct RoutePassThroughTests {
  private func configuration(_ url: String, kind: String = "openai", more: String = "", prices: String = "") -> String {
    """
    [ledger]
    premium_model = "big-model"
    [[providers]]
    name = "upstream"
    kind = "\(kind)"
    base_url = "\(url)/v1"
    premium = "big-model"
    total_timeout_ms = 2000
    max_retries = 0
    \(more)
    [[providers.prices]]
    model = "big-model"
    input_per_million = "10"
    output_per_million = "30"
    \(prices)
    """
  }

  private static let cachePrices = "cached_input_per_million = \"1\"\ncache_write_per_million = \"12.5\""

  private func route(_ file: String, _ folder: TestFolder, _ line: String) throws -> [String: Any] {
    let run = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"]).run(line + "\n")
    return try #require(run.lines.first, "\(run.output)\(run.errors)")
  }

  private static let tools =
    #"[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"b":{},"a":{"minimum":1.50}}}}}]"#
  private static let calls =
    #"[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\": 1.50}"}}]"#

  @Test func `tools, results and unknown fields reach an upstream intact, and calls come back intact`() throws {
    let folder = try TestFolder()
    let body = """
      {"model":"big-model","choices":[{"message":{"role":"assistant","content":null,"tool_calls":\(Self.calls)},\
      "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":100,"completion_tokens":10}}
      """
    let server = try LoopbackServer { _ in [.answer(200, body)] }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let line = #"""
      {"messages":[{"role":"user","content":"Look"},{"role":"assistant","content":null,"tool_calls":\#(Self.calls)},\#
      {"role":"tool","tool_call_id":"t","content":"7"}],"tools":\#(Self.tools),"tool_choice":"auto",\#
      "extra":{"top_k":12345678901234567890}}
      """#
    for _ in 0..<2 {
      let reply = try route(file, folder, line)
      #expect(reply["tier"] as? String == "premium", "\(reply)")
      #expect(reply["finish_reason"] as? String == "tool_calls")
      let message = try #require(reply["message"] as? [String: Any])
      let call = try #require((message["tool_calls"] as? [[String: Any]])?.first)
      #expect((call["function"] as? [String: String])?["arguments"] == #"{"a": 1.50}"#)
      #expect(reply["cost_picodollars"] as? Int == 1_300_000_000)
    }
    // Calls of tools are never answered from the cache.
    #expect(server.requests.count == 2)
    let sent = String(decoding: try #require(server.requests.first).body, as: UTF8.self)
    for part in [Self.tools, Self.calls, #""tool_choice":"auto""#, #""top_k":12345678901234567890"#] {
      #expect(sent.contains(part), "\(part)")
    }
  }

  @Test func `a request with tools is never answered locally`() throws {
    let folder = try TestFolder()
    let none = try folder.write("", to: "weir.toml")
    let plain = try route(none, folder, #"{"prompt":"please cancel my order"}"#)
    #expect(plain["tier"] as? String == "generator" || plain["status"] as? String == "deferred")
    for field in [#""tools":\#(Self.tools)"#, #""n":2"#, #""extra":{"logprobs":true}"#] {
      let reply = try route(none, folder, #"{"prompt":"please cancel my order",\#(field)}"#)
      #expect(reply["tier"] is NSNull || reply["tier"] == nil, "\(reply)")
      let reasons = (reply["reasons"] as? [[String: String]])?.compactMap { $0["code"] } ?? []
      #expect(reasons.contains("needs_remote"), "\(reply)")
      let named = try route(none, folder, #"{"prompt":"please cancel my order","model":"generator",\#(field)}"#)
      #expect(named["status"] as? String == "error", "\(named)")
    }
  }

  @Test func `an image goes to the other kind of upstream in its own form, and plain answers are cached`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in
      [
        .answer(
          200,
          #"{"type":"message","model":"big-model","content":[{"type":"text","text":"a cat"}],"stop_reason":"end_turn","usage":{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":1000,"output_tokens":2}}"#
        )
      ]
    }
    defer { server.stop() }
    let file = try folder.write(
      configuration(server.url, kind: "anthropic", prices: Self.cachePrices), to: "weir.toml")
    let line =
      #"{"messages":[{"role":"user","content":[{"type":"text","text":"What animal is it"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBOR"}}]}]}"#
    let reply = try route(file, folder, line)
    #expect(reply["answer"] as? String == "a cat", "\(reply)")
    // 10 at 10, 100 at 1, 1000 at 12.50 and 2 at 30 dollars for a million.
    #expect(reply["cost_picodollars"] as? Int == 100_000_000 + 100_000_000 + 12_500_000_000 + 60_000_000)
    let request = try #require(server.requests.first)
    #expect(request.line == "POST /v1/messages HTTP/1.1")
    #expect(request.headers["anthropic-version"] == "2023-06-01")
    let sent = String(decoding: request.body, as: UTF8.self)
    #expect(sent.contains(#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBOR"}}"#))
    #expect(try route(file, folder, line)["tier"] as? String == "exact")
    let other = try route(file, folder, line.replacing("iVBOR", with: "iVBOS"))
    #expect(other["tier"] as? String == "premium")
  }

  @Test func `what a provider lacks is refused by its name`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(200, "{}")] }
    defer { server.stop() }
    let lacking = try folder.write(configuration(server.url, more: "lacks = [\"tools\"]"), to: "lacking.toml")
    let other = try folder.write(
      configuration(server.url, kind: "anthropic", prices: Self.cachePrices), to: "other.toml")
    for (file, field, name) in [(lacking, #""tools":\#(Self.tools)"#, "no tools"), (other, #""seed":1"#, "no seed")] {
      let reply = try route(file, folder, #"{"prompt":"Compose a verse on glass.","model":"premium",\#(field)}"#)
      #expect(reply["status"] as? String == "error")
      let error = try #require(reply["error"] as? [String: String])
      #expect(error["message"]?.contains(name) == true && error["message"]?.contains("upstream") == true, "\(error)")
      #expect(error["kind"] == "bad_request")
    }
    #expect(server.requests.isEmpty)
  }

  @Test func `calls of tools do not wait in the queue, which keeps texts`() throws {
    let folder = try TestFolder()
    let dead = try SilentPort(.refusing)
    defer { dead.close() }
    let file = try folder.write(configuration(dead.url), to: "weir.toml")
    let prompt = "Compose a verse on volcanic glass."
    let plain = try route(file, folder, #"{"prompt":"\#(prompt)","model":"premium"}"#)
    #expect(plain["status"] as? String == "deferred", "\(plain)")
    let tools = try route(file, folder, #"{"prompt":"\#(prompt)","model":"premium","tools":\#(Self.tools)}"#)
    #expect(tools["status"] as? String == "error", "\(tools)")
  }

  @Test func `lines whose fields are wrong are refused by name`() throws {
    let folder = try TestFolder()
    let file = try folder.write("", to: "weir.toml")
    for (line, name) in [
      (#"{"prompt":"a","extra":[]}"#, "extra"), (#"{"prompt":"a","extra":{"model":"b"}}"#, "model"),
      (#"{"prompt":"a","tools":[]}"#, "tools"), (#"{"prompt":"a","n":0}"#, "field n"),
      (#"{"prompt":"a","tempreature":1}"#, "tempreature"),
      (#"{"messages":[{"role":"tool","content":"x"}]}"#, "tool_call_id"),
      (#"{"messages":[{"role":"assistant","content":"x"}]}"#, "messages"),
    ] {
      let error = try #require(try route(file, folder, line)["error"] as? [String: String])
      #expect(error["message"]?.contains(name) == true, "\(error)")
    }
  }

  @Test func `an answer that breaks off is booked although nobody got it`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in
      [.text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"), .close]
    }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url), to: "weir.toml")
    let reply = try route(file, folder, #"{"prompt":"Compose a verse on volcanic glass.","model":"premium"}"#)
    #expect(reply["status"] as? String == "deferred", "\(reply)")
    let cost = try #require(reply["cost_picodollars"] as? Int)
    #expect(cost > 0)
    let report = try WeirProcess(["report", "--json", "--state", folder.path + "/state"]).run()
    let total = try #require(report.lines.first?["total"] as? [String: Any])
    #expect(total["cost_picodollars"] as? Int == cost)
  }

  @Test func `a model without a price for its cache refuses the start, by name`() throws {
    let folder = try TestFolder()
    let file = try folder.write(configuration("http://127.0.0.1:1", kind: "anthropic"), to: "weir.toml")
    let run = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"]).run("a\n")
    #expect(run.status == 2)
    #expect(run.errors.contains("upstream") && run.errors.contains("big-model"))
    #expect(run.errors.contains("cache_write_per_million"))
  }

  @Test func `a limited key is left for the next one at once`() throws {
    let folder = try TestFolder()
    let first = try folder.write("one", to: "first")
    let second = try folder.write("two", to: "second")
    let server = try LoopbackServer { request in
      request.headers["authorization"] == "Bearer one"
        ? [.answer(429, "{}", headers: ["Retry-After: 60"])]
        : [
          .answer(
            200,
            #"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#
          )
        ]
    }
    defer { server.stop() }
    let more = "api_key_file = \"\(first)\"\n[[providers.keys]]\napi_key_file = \"\(second)\""
    let file = try folder.write(configuration(server.url, more: more), to: "weir.toml")
    let lines = (0..<4).map { #"{"prompt":"Compose verse number \#($0) on volcanic glass.","model":"premium"}"# }
    let run = try WeirProcess(["route", "--jobs", "1", "--config", file, "--state", folder.path + "/state"])
      .run(lines.joined(separator: "\n"))
    #expect(run.lines.compactMap { $0["answer"] as? String } == ["x", "x", "x", "x"], "\(run.output)")
    // The limited key was asked once.
    #expect(server.requests.count == 5)
  }
}
