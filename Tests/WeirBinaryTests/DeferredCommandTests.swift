import Foundation
import Testing
import WeirTestSupport

/// The durable queue through the real binary: shown, fetched, cancelled.
@Suite struct DeferredCommandTests {
  private static let completion = """
    {"model":"big-model","choices":[{"message":{"content":"from afar"},"finish_reason":"stop"}],\
    "usage":{"prompt_tokens":100,"completion_tokens":10}}
    """

  private func configuration(_ url: String, link: String = "") -> String {
    """
    [ledger]
    premium_model = "big-model"
    [link]
    \(link)
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

  /// Three prompts that wait, `d0` to `d2`, and the arguments of the node they wait at.
  private func waiting(_ folder: TestFolder) throws -> [String] {
    let dead = try SilentPort(.refusing)
    defer { dead.close() }
    let file = try folder.write(configuration(dead.url), to: "weir.toml")
    let arguments = ["--config", file, "--state", folder.path + "/state"]
    let prompts = (0..<3).map { "{\"id\":\"d\($0)\",\"prompt\":\"Compose verse number \($0) on volcanic glass.\"}" }
    let down = try WeirProcess(["route", "--jobs", "1"] + arguments).run(prompts.joined(separator: "\n"))
    #expect(down.lines.compactMap { $0["status"] as? String } == ["deferred", "deferred", "deferred"])
    return arguments
  }

  private func list(_ arguments: [String]) throws -> [String] {
    try WeirProcess(["deferred", "list", "--json"] + arguments).run().lines
      .map { "\($0["id"] as? String ?? "?") \($0["state"] as? String ?? "?")" }
  }

  @Test func `prompts are listed without their text, cancelled, answered and fetched once`() throws {
    let folder = try TestFolder()
    let arguments = try waiting(folder)
    #expect(try list(arguments) == ["d2 waiting", "d1 waiting", "d0 waiting"])
    let table = try WeirProcess(["deferred", "list"] + arguments).run()
    #expect(table.output.contains("d1") && !table.output.contains("volcanic"))
    #expect(try WeirProcess(["deferred", "cancel", "d1"] + arguments).run().status == 0)
    let early = try WeirProcess(["deferred", "fetch", "d0"] + arguments).run()
    #expect(early.status == 1 && early.errors.contains("not answered yet"))
    let nobody = try WeirProcess(["deferred", "fetch", "d1"] + arguments).run()
    #expect(nobody.status == 2 && nobody.errors.contains("no deferred prompt is called d1"))

    let server = try LoopbackServer { _ in [.answer(200, Self.completion)] }
    defer { server.stop() }
    _ = try folder.write(configuration(server.url), to: "weir.toml")
    // Its output is lost: the answers stay.
    _ = try WeirProcess(["route", "--deferred", "--jobs", "1"] + arguments, shell: #"exec "$0" "$@" > /dev/full"#).run()
    let fetched = try WeirProcess(["deferred", "fetch", "d0"] + arguments).run()
    #expect(fetched.status == 0 && fetched.output == "from afar\n", "\(fetched.errors)")
    let again = try WeirProcess(["deferred", "fetch", "d0"] + arguments).run()
    #expect(again.status == 1 && again.errors.contains("delivered already"))
  }
}
