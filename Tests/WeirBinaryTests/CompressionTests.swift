import Foundation
import Testing
import WeirTestSupport

/// A conversation that is shortened before it is sent, through the real binary against a scripted upstream.
@Suite struct CompressionTests {
  private static let completion = """
    {"id":"x","model":"big-model","choices":[{"index":0,"message":{"role":"assistant","content":"from afar"},\
    "finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}}
    """
  private static let disclaimer =
    "This message is confidential and meant for the person that it names, for nobody else."
  private static let line = """
    {"model":"premium","messages":[{"role":"user","content":"Hello    there.\\n\\n\\n\\n\(disclaimer)"},\
    {"role":"assistant","content":"Hello."},{"role":"user","content":"Compose   a sonnet.\\n\\n\(disclaimer)"}]}
    """

  private func configuration(_ url: String, _ compression: String) -> String {
    """
    [compression]
    \(compression)
    [ledger]
    premium_model = "big-model"
    [[providers]]
    name = "upstream"
    base_url = "\(url)/v1"
    premium = "big-model"
    max_retries = 0
    [[providers.prices]]
    model = "big-model"
    input_per_million = "10"
    output_per_million = "30"
    """
  }

  @Test func `what was not sent is in the trace and in the ledger, to the picodollar`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url, "repeats = true"), to: "weir.toml")
    let state = folder.path + "/state"
    let result = try WeirProcess(["route", "--config", file, "--state", state]).run(Self.line + "\n")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let body = String(decoding: try #require(server.requests.first).body, as: UTF8.self)
    #expect(body.contains(#"Hello there.\n\n[repeated below]"#))
    // The last turn goes as it came.
    #expect(body.contains(#"Compose   a sonnet.\n\n"# + Self.disclaimer))
    let reply = try #require(result.lines.first)
    let saved = try #require((reply["saved_picodollars"] as? [String: Int])?["compression"])
    // The first turn had 104 bytes and has 30, a token for each four, rounded up.
    #expect(saved == 18 * 10_000_000)
    let report = try WeirProcess(["report", "--json", "--state", state]).run()
    let total = try #require(report.lines.first?["total"] as? [String: Any])
    #expect(total["compressed_tokens"] as? Int == 18)
    #expect(total["saved_by_compression_picodollars"] as? Int == saved)
    let table = try WeirProcess(["report", "--state", state]).run()
    #expect(table.output.contains("compression $0.00018 for 18 tokens not sent"), "\(table.output)")
  }

  @Test func `a conversation that cannot fit is refused with what to do, and not sent`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    let file = try folder.write(configuration(server.url, "max_remote_tokens = 20"), to: "weir.toml")
    let result = try WeirProcess(["route", "--config", file, "--state", folder.path + "/state"]).run(Self.line + "\n")
    #expect(result.status == 1)
    #expect(result.output.contains("too_long_for_remote") && result.output.contains("compression.old_turns"))
    #expect(server.requests.isEmpty)
  }
}
