import Foundation
import Testing
import WeirTestSupport

/// The durable queue through the real binary: shown, fetched, cancelled, pushed.
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

  @Test func `answers are posted until they are taken, each with the same id`() throws {
    let folder = try TestFolder()
    let arguments = try waiting(folder)
    let server = try LoopbackServer { request in
      request.line.contains("/hook")
        ? [.answer(request.headers["webhook-signature"] == nil ? 500 : 200, "")] : [.answer(200, Self.completion)]
    }
    defer { server.stop() }
    let link = "webhook = \"\(server.url)/hook\"\nwebhook_key_env = \"HOOK_KEY\""
    _ = try folder.write(configuration(server.url), to: "weir.toml")
    // Nobody takes them without a signature.
    _ = try folder.write(configuration(server.url, link: "webhook = \"\(server.url)/hook\""), to: "weir.toml")
    let refused = try WeirProcess(["route", "--deferred", "--jobs", "1"] + arguments).run()
    #expect(refused.errors.contains("status 500") && !refused.errors.contains("afar"))
    #expect(try list(arguments) == ["d2 answered", "d1 answered", "d0 answered"])
    _ = try folder.write(configuration(server.url, link: link), to: "weir.toml")
    let unset = try WeirProcess(["route", "--deferred"] + arguments).run()
    #expect(unset.status == 2 && unset.errors.contains("HOOK_KEY"))
    // Postponed deliveries come within three seconds at first.
    let follower = WeirProcess(
      ["route", "--deferred", "--follow"] + arguments, shell: #"timeout -s INT 25 "$0" "$@""#,
      environment: ["HOOK_KEY": "secret"])
    try follower.process.run()
    defer { follower.process.terminate() }
    var states: [String] = []
    for _ in 0..<100 where states != ["d2 delivered", "d1 delivered", "d0 delivered"] {
      // sleeps because another process delivers in its own time
      Thread.sleep(forTimeInterval: 0.2)
      states = try list(arguments)
    }
    #expect(states == ["d2 delivered", "d1 delivered", "d0 delivered"])
    let posts = server.requests.filter { $0.line.contains("/hook") }
    let ids = Set(posts.compactMap { $0.headers["webhook-id"] })
    #expect(posts.count == 6 && ids.count == 3)
    // Answered once each, however often they had to be posted.
    #expect(server.requests.filter { $0.line.hasPrefix("POST /v1") }.count == 3)
  }
}
