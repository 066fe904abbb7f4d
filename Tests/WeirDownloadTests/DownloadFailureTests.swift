import Testing
import WeirDomain
import WeirFiles
import WeirHTTP
import WeirTestSupport

@testable import WeirDownload

@Suite("A download that fails")
struct DownloadFailureTests {
  private func failure(
    _ scene: Scene, _ url: String, options: Download.Options = .init(), freeSpace: UInt64 = 1 << 40
  ) async -> DownloadFailure? {
    do {
      _ = try await scene.download(url, options: options, freeSpace: freeSpace)
    } catch {
      return error as? DownloadFailure
    }
    return nil
  }

  @Test func `removes what has another digest and names both`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let expected = String(repeating: "0", count: 64)
    let failure = await failure(scene, server.url + "/model.gguf", options: .init(expectedDigest: expected))
    #expect(failure == .wrongDigest(path: scene.target, found: scene.digest, expected: expected))
    #expect(scene.names == [])
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [401, 403, 404, 410, 451])
  func `does not try again what the server refuses`(status: Int) async throws {
    let scene = try Scene()
    let server = try LoopbackServer { _ in [.answer(status, "no")] }
    defer { server.stop() }
    let failure = await failure(scene, server.url + "/secret-path/model.gguf?key=secret")
    let authority = try HTTPURL(server.url).authority
    #expect(failure == .status(authority: authority, found: status, hasToken: false))
    #expect(failure?.message.contains("secret") == false)
    #expect(server.requests.count == 1)
  }

  @Test func `refuses a redirect loop after a bounded number`() async throws {
    let scene = try Scene()
    let server = try LoopbackServer { _ in [.answer(302, "", headers: ["Location: /model.gguf"])] }
    defer { server.stop() }
    let authority = try HTTPURL(server.url).authority
    let failure = await failure(scene, server.url + "/model.gguf")
    #expect(failure == .tooManyRedirects(authority: authority, allowed: 8))
    #expect(server.requests.count == 9)
  }

  @Test(arguments: ["http://example.com/model.gguf", "ftp://127.0.0.1/model.gguf", "http://user:pw@127.0.0.1/m", ""])
  func `follows nobody to a place without https`(location: String) async throws {
    let scene = try Scene()
    let server = try LoopbackServer { request in
      request.ordinal > 0 ? [.answer(404, "")] : [.answer(302, "", headers: ["Location: \(location)"])]
    }
    defer { server.stop() }
    let found = await failure(scene, server.url + "/model.gguf")
    if location.isEmpty {
      // An empty reference is the same place again.
      #expect(found != nil)
    } else {
      #expect(found == .badRedirect(authority: try HTTPURL(server.url).authority))
      #expect(server.requests.count == 1)
    }
  }

  @Test func `asks for room before it takes a byte`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let failure = await failure(scene, server.url + "/model.gguf", freeSpace: 199_999)
    #expect(failure == .noSpace(folder: scene.folder, needed: 200_000, free: 199_999))
    #expect(scene.contents(scene.partial) == [])
  }

  @Test func `counts only what is still to come against the room`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.answer($0) }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    try scene.leavePartial(150_000, url: url, validator: "\"v1\"")
    #expect(await failure(scene, url, freeSpace: 50_000) == nil)
  }

  @Test func `gives up on a link that brings nothing, and keeps what came`() async throws {
    let scene = try Scene()
    let files = FileServer(bytes: scene.bytes)
    let server = try LoopbackServer { files.cut($0, after: 1_000) }
    defer { server.stop() }
    let failure = await failure(scene, server.url + "/model.gguf")
    guard case .gaveUp(attempts: 6, _, scene.partial)? = failure else {
      Issue.record("found \(String(describing: failure))")
      return
    }
    #expect(scene.contents(scene.partial) == Array(scene.bytes.prefix(6_000)))
    #expect(scene.slept == [750, 1_500, 3_000, 6_000, 12_000].map { .milliseconds($0) })
  }

  @Test func `waits for nobody who downloads the same file`() async throws {
    let scene = try Scene()
    let other = try PartialFile(path: scene.partial)
    #expect(await failure(scene, "http://127.0.0.1:1/model.gguf") == .busy(path: scene.target))
    #expect(try other.count() == 0)
  }

  @Test func `does not replace a file unasked`() async throws {
    let scene = try Scene()
    try AtomicFile.write([1], to: scene.target)
    #expect(await failure(scene, "http://127.0.0.1:1/model.gguf") == .exists(path: scene.target))
    #expect(scene.contents(scene.target) == [1])
  }

  @Test func `refuses a compressed body`() async throws {
    let scene = try Scene()
    let server = try LoopbackServer { _ in [.answer(200, "abc", headers: ["Content-Encoding: gzip"])] }
    defer { server.stop() }
    let authority = try HTTPURL(server.url).authority
    #expect(await failure(scene, server.url + "/model.gguf") == .encoded(authority: authority, found: "gzip"))
  }

  @Test func `stops with its task and keeps what came`() async throws {
    let scene = try Scene()
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 200000\r\nETag: \"v1\"\r\n\r\n"
    let server = try LoopbackServer { _ in [.send(Array(head.utf8) + scene.bytes.prefix(50_000)), .stall] }
    defer { server.stop() }
    let url = server.url + "/model.gguf"
    let found = await withTaskGroup(of: DownloadFailure?.self) { group in
      group.addTask { await failure(scene, url) }
      while !scene.events.contains(.received(50_000, length: 200_000)) { await Task.yield() }
      group.cancelAll()
      return await group.next() ?? nil
    }
    #expect(found == .interrupted(partial: scene.partial, received: 50_000))
    #expect(scene.contents(scene.partial) == Array(scene.bytes.prefix(50_000)))
  }
}
