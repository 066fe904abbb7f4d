import Testing
import WeirDomain
import WeirFiles
import WeirHTTP
import WeirTestSupport

@testable import WeirDownload

@Suite("A download")
struct DownloadTests {
  @Test func `brings the whole file, checks its digest and leaves nothing else`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let outcome = try await scene.download(
      server.url + "/model.gguf", options: .init(expectedDigest: scene.digest))
    #expect(
      outcome == .init(path: scene.target, bytes: 200_000, digest: scene.digest, isVerified: true, resumedFrom: 0))
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(scene.names == ["model.gguf"])
    #expect(scene.events.first == .started(offset: 0, length: 200_000))
    #expect(scene.events.last == .verifying)
    #expect(server.requests.first?.headers["range"] == nil)
    #expect(server.requests.first?.headers["authorization"] == nil)
  }

  @Test func `goes on after each cut with a range and the entity tag`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { request in
      request.ordinal < 2 ? files.cut(request, after: 70_000) : files.answer(request)
    }
    defer { server.stop() }
    let outcome = try await scene.download(server.url + "/model.gguf")
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(!outcome.isVerified)
    #expect(server.requests.map { $0.headers["range"] } == [nil, "bytes=70000-", "bytes=140000-"])
    #expect(server.requests.map { $0.headers["if-range"] } == [nil, "\"v1\"", "\"v1\""])
    // Both attempts brought enough to count from the start again: one second each, less half the jitter.
    #expect(scene.slept == [.milliseconds(750), .milliseconds(750)])
  }

  @Test func `goes on where another process ended`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    try scene.leavePartial(123_456, url: url, validator: "\"v1\"")
    let outcome = try await scene.download(url)
    #expect(outcome.resumedFrom == 123_456)
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(server.requests.map { $0.headers["range"] } == ["bytes=123456-"])
  }

  @Test func `takes a file that was whole already`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    try scene.leavePartial(200_000, url: url, validator: "\"v1\"")
    #expect(try await scene.download(url).digest == scene.digest)
    #expect(scene.contents(scene.target) == scene.bytes)
  }

  @Test(arguments: [true, false])
  func `starts over when the entity tag has changed`(knowsConditions: Bool) async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes, tag: "\"v2\"")
    let server = try LoopbackServer { request in
      // A server that ignores If-Range sends a part of the new file, under its new tag.
      guard !knowsConditions, let range = request.headers["range"] else { return files.answer(request) }
      let start = Int(range.dropFirst(6).dropLast()) ?? 0
      let part = Array(scene.bytes[start...])
      let head =
        "HTTP/1.1 206 Part\r\nContent-Range: bytes \(start)-199999/200000\r\nETag: \"v2\"\r\n"
        + "Content-Length: \(part.count)\r\n\r\n"
      return [.send(Array(head.utf8) + part)]
    }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    try scene.leavePartial(1_000, url: url, validator: "\"v1\"", of: [UInt8](repeating: 0, count: 1_000))
    _ = try await scene.download(url)
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(
      scene.events.contains { event in
        if case .startingOver = event { true } else { false }
      })
  }

  @Test func `starts over with a server that ignores ranges`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes, knowsRanges: false)
    let server = try LoopbackServer { request in
      request.ordinal == 0 ? files.cut(request, after: 100_000) : files.answer(request)
    }
    defer { server.stop() }
    _ = try await scene.download(server.url + "/model.gguf")
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(scene.events.contains(.startingOver(reason: "the server sends the whole file")))
  }

  @Test func `does not go on without a validator or a digest`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes, tag: nil)
    let server = try LoopbackServer { request in
      request.ordinal == 0 ? files.cut(request, after: 100_000) : files.answer(request)
    }
    defer { server.stop() }
    _ = try await scene.download(server.url + "/model.gguf")
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(server.requests.map { $0.headers["range"] } == [nil, nil])
  }

  @Test func `reads all again when parts of two versions met`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes, tag: nil)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    try scene.leavePartial(1_000, url: url, validator: nil, of: [UInt8](repeating: 0, count: 1_000))
    _ = try await scene.download(url, options: .init(expectedDigest: scene.digest))
    #expect(scene.contents(scene.target) == scene.bytes)
    #expect(server.requests.map { $0.headers["range"] } == ["bytes=1000-", nil])
  }

  @Test func `starts over when the server says that the range is beyond the file`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: Array(scene.bytes.prefix(500)))
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    try scene.leavePartial(1_000, url: url, validator: "\"v1\"")
    _ = try await scene.download(url)
    #expect(scene.contents(scene.target) == Array(scene.bytes.prefix(500)))
    #expect(server.requests.count == 2)
  }

  @Test func `sends the token to the first host only`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let other = try LoopbackServer { files.answer($0) }
    defer { other.stop() }
    let first = try LoopbackServer { _ in
      [.answer(302, "", headers: ["Location: \(other.url)/blob?signature=1", "X-Linked-Etag: \"\(scene.digest)\""])]
    }
    defer { first.stop() }
    let outcome = try await scene.download(
      first.url + "/owner/name/resolve/main/model.gguf", options: .init(token: Secret("hf_abc")))
    #expect(first.requests.first?.headers["authorization"] == "Bearer hf_abc")
    #expect(other.requests.first?.headers["authorization"] == nil)
    #expect(other.requests.first?.line == "GET /blob?signature=1 HTTP/1.1")
    // The digest came with the redirect.
    #expect(outcome.isVerified)
  }

  @Test func `waits as long as a busy server asks`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { request in
      request.ordinal == 0 ? [.answer(503, "", headers: ["Retry-After: 7"])] : files.answer(request)
    }
    defer { server.stop() }
    _ = try await scene.download(server.url + "/model.gguf")
    #expect(scene.slept == [.seconds(7)])
  }

  @Test func `does nothing where the file with this digest is there`() async throws {
    let scene = try Scene()
    try AtomicFile.write(scene.bytes, to: scene.target)
    let outcome = try await scene.download(
      "http://127.0.0.1:1/model.gguf", options: .init(expectedDigest: scene.digest))
    #expect(outcome.isVerified)
  }
}
