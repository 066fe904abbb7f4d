import Foundation
import Testing
import WeirTestSupport

/// `weir models pull` through the real binary, from a scripted server on loopback.
@Suite struct PullTests {
  private static let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("WeirGeneratorTests/Fixtures/tiny-llama.gguf")

  /// Sends the file from the range's start; the body stops after `limit` bytes and the connection stays open.
  private static func answer(_ request: LoopbackServer.Request, _ bytes: [UInt8], limit: Int) -> [LoopbackServer.Step] {
    let start = request.headers["range"].flatMap { Int($0.dropFirst(6).dropLast()) } ?? 0
    let status = start > 0 ? "206 Part\r\nContent-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)" : "200 OK"
    let head = "HTTP/1.1 \(status)\r\nETag: \"a\"\r\nContent-Length: \(bytes.count - start)\r\n\r\n"
    let body = bytes[start...].prefix(limit)
    return [.send(Array(head.utf8) + body)] + (body.count < bytes.count - start ? [.stall] : [])
  }

  @Test(arguments: [SIGKILL, SIGINT]) func `goes on after a process that was killed or stopped`(signal: Int32) throws {
    let folder = try TestFolder()
    let bytes = [UInt8](try Data(contentsOf: Self.model))
    let server = try LoopbackServer { Self.answer($0, bytes, limit: $0.ordinal == 0 ? bytes.count / 2 : .max) }
    defer { server.stop() }
    let arguments = ["models", "pull", server.url + "/tiny.gguf", "--output", folder.path + "/m/", "--json"]
    let first = WeirProcess(arguments)
    try first.process.run()
    #expect(try first.nextLine()?.contains("\"started\"") == true)
    #expect(try first.nextLine()?.contains("\"progress\"") == true)
    first.signal(signal)
    let stopped = try first.finish()
    if signal == SIGINT {
      #expect(stopped.status == 130)
      #expect(stopped.errors.contains("the same command goes on from there"))
    }
    let left = try #require(FileManager.default.contents(atPath: folder.path + "/m/tiny.gguf.partial"))
    #expect(left.count > 0 && [UInt8](left) == Array(bytes.prefix(left.count)))
    let second = try WeirProcess(arguments).run()
    #expect(second.status == 0, "\(second.output)\(second.errors)")
    #expect(server.requests.last?.headers["range"] == "bytes=\(left.count)-")
    #expect(FileManager.default.contents(atPath: folder.path + "/m/tiny.gguf") == Data(bytes))
    let done = try #require(second.lines.last)
    #expect(done["resumed_from"] as? Int == left.count)
    #expect(done["runs_as"] as? String == "generator")
    #expect(done["setting"] as? String == "[models]\ngenerator = \"\(folder.path)/m/tiny.gguf\"\n")
    let digest = try #require(done["sha256"] as? String)
    let record = try String(contentsOfFile: folder.path + "/m/tiny.gguf.sha256", encoding: .utf8)
    #expect(record == "\(digest)  tiny.gguf\n")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/m").sorted() == [
        "tiny.gguf", "tiny.gguf.sha256",
      ])
  }

  @Test func `names the hub's file, its place and what it cannot run`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(200, "no model at all", type: "application/octet-stream")] }
    defer { server.stop() }
    let result = try WeirProcess([
      "models", "pull", "hf:owner/name@v2/sub/odd.gguf", "--hub", server.url, "--state", folder.path + "/state",
    ]).run()
    #expect(result.status == 1)
    #expect(server.requests.first?.line == "GET /owner/name/resolve/v2/sub/odd.gguf HTTP/1.1")
    #expect(result.output.contains("\(folder.path)/state/models/odd.gguf: 15 bytes"))
    #expect(result.output.contains("no model file that Weir reads"))
  }

  @Test func `a token comes from the environment and is never shown`() throws {
    let folder = try TestFolder()
    let server = try LoopbackServer { _ in [.answer(403, "")] }
    defer { server.stop() }
    let arguments = ["models", "pull", server.url + "/x", "--output", folder.path + "/", "--token-env", "MY_TOKEN"]
    let without = try WeirProcess(arguments).run()
    #expect(without.status == 2)
    #expect(without.errors.contains("MY_TOKEN holds no token"))
    #expect(server.requests.isEmpty)
    let refused = try WeirProcess(arguments, environment: ["MY_TOKEN": "hf_abc123"]).run()
    #expect(refused.status == 2)
    #expect(server.requests.first?.headers["authorization"] == "Bearer hf_abc123")
    #expect(refused.errors.contains("the token is refused") && !refused.errors.contains("hf_abc"))
  }
}
