import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirHTTP

@Suite("An HTTP client before a faulty server")
struct HTTPFaultTests {
  /// The failure of one request to a server that does `steps`.
  private func failure(
    greeting: [LoopbackServer.Step] = [], _ steps: [LoopbackServer.Step],
    deadlines: HTTPDeadlines = HTTPDeadlines(total: .seconds(5)), limits: HTTPLimits = HTTPLimits()
  ) async throws -> HTTPFailure? {
    let server = try LoopbackServer(greeting: greeting) { _ in steps }
    defer { server.stop() }
    return try await failure(at: server.url, deadlines: deadlines, limits: limits)
  }

  private func failure(
    at url: String, deadlines: HTTPDeadlines = HTTPDeadlines(total: .seconds(5)), limits: HTTPLimits = HTTPLimits()
  ) async throws -> HTTPFailure? {
    let client = try HTTPClient(.loopback)
    let request = HTTPRequest(.get, try HTTPURL(url + "/secret?key=hidden"), deadlines: deadlines, limits: limits)
    var failure: HTTPFailure?
    do { _ = try await client.send(request) } catch { failure = error }
    await client.shutdown()
    let message = failure?.message ?? ""
    #expect(!message.contains("hidden") && !message.contains("secret"))
    return failure
  }

  @Test func `says that a connection is refused`() async throws {
    let port = try SilentPort(.refusing)
    defer { port.close() }
    guard case .unreachable(let authority, let reason)? = try await failure(at: port.url) else {
      Issue.record("not unreachable")
      return
    }
    #expect(authority == "127.0.0.1:\(port.port)")
    #expect(reason == "Connection refused")
  }

  @Test func `says that a name has no address`() async throws {
    // A label of 64 letters cannot be asked of any name server, so nothing leaves this host.
    let host = String(repeating: "a", count: 64) + ".invalid"
    let found = try await failure(at: "http://\(host)")
    guard case .unresolved(host, _)? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    #expect(found?.isSafeToRetry == true && found?.isLinkDown == true)
  }

  @Test func `stops connecting at the connect deadline`() async throws {
    let port = try SilentPort(.deaf)
    defer { port.close() }
    let found = try await failure(at: port.url, deadlines: HTTPDeadlines(connect: .milliseconds(80)))
    guard case .timedOut(_, .connect, let elapsed, .milliseconds(80))? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    #expect(elapsed >= .milliseconds(79))
    #expect(found?.isSafeToRetry == true)
  }

  @Test func `stops waiting for the first byte at its deadline`() async throws {
    let found = try await failure([.stall], deadlines: HTTPDeadlines(firstByte: .milliseconds(60)))
    guard case .timedOut(_, .firstByte, let elapsed, .milliseconds(60))? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    #expect(elapsed >= .milliseconds(60))
    #expect(found?.isSafeToRetry == false)
  }

  @Test func `stops when nothing comes for the idle deadline, in the head and in the body`() async throws {
    let deadlines = HTTPDeadlines(idle: .milliseconds(60))
    for begun in ["HTTP/1.1 200 OK\r\nX-Half:", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"] {
      let found = try await failure([.text(begun), .stall], deadlines: deadlines)
      guard case .timedOut(_, .body, _, .milliseconds(60))? = found else {
        Issue.record("found \(String(describing: found))")
        return
      }
    }
  }

  @Test func `stops an endless trickle at the total deadline`() async throws {
    let trickle = [UInt8](repeating: 0x61, count: 40_000_000)
    let found = try await failure(
      [.text("HTTP/1.1 200 OK\r\n\r\n"), .sendInPieces(trickle, size: 1)],
      deadlines: HTTPDeadlines(total: .milliseconds(150)))
    guard case .timedOut(_, .body, _, .milliseconds(150))? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
  }

  @Test func `says when the connection is reset or closed before an answer`() async throws {
    for step in [LoopbackServer.Step.reset, .close] {
      let found = try await failure([step])
      guard case .broken(_, .firstByte, nil, 0, _)? = found else {
        Issue.record("found \(String(describing: found))")
        continue
      }
      #expect(found?.isSafeToRetry == false)
    }
  }

  @Test func `says when the connection is reset within the body`() async throws {
    let begun = LoopbackServer.Step.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    // The client must have read before the reset comes, which discards what is unread: a reader of a stream shows it.
    let server = try LoopbackServer { _ in [begun, .stall] }
    let client = try HTTPClient(.loopback)
    let stream = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
    #expect(try await stream.next() == Array("abc".utf8))
    server.stop()
    await #expect(throws: HTTPFailure.truncated(authority: "127.0.0.1:\(server.port)", status: 200, received: 3)) {
      try await stream.next()
    }
    await client.shutdown()
  }

  @Test func `says when a body is shorter than stated, or its chunks end early`() async throws {
    let short = try await failure([.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .close])
    guard case .truncated(_, 200, 3)? = short else {
      Issue.record("found \(String(describing: short))")
      return
    }
    let chunks = try await failure([.chunkedHead(), .chunk("abc"), .close])
    guard case .truncated(_, 200, 3)? = chunks else {
      Issue.record("found \(String(describing: chunks))")
      return
    }
  }

  @Test func `ignores what comes after the stated length`() async throws {
    let server = try LoopbackServer { _ in [.text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), .close] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let response = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
    #expect(response.body == Array("abc".utf8))
    await client.shutdown()
  }

  @Test(arguments: ["garbage\r\n\r\nmore", "\u{0}\u{1}\u{2}", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 banana\r\n\r\n"])
  func `says when the answer is not HTTP`(garbage: String) async throws {
    let found = try await failure([.text(garbage), .close])
    guard case .malformed? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
    #expect(found?.isLinkDown == false)
  }

  @Test func `says when chunked framing is broken`() async throws {
    let found = try await failure([.chunkedHead(), .text("zz\r\nabc\r\n"), .close])
    switch found {
    case .malformed?, .broken?: break
    default: Issue.record("found \(String(describing: found))")
    }
  }

  @Test func `bounds the head`() async throws {
    let lines = (0..<100).map { "X-\($0): " + String(repeating: "y", count: 100) + "\r\n" }.joined()
    let found = try await failure(
      [.text("HTTP/1.1 200 OK\r\n" + lines + "\r\n")], limits: HTTPLimits(headBytes: 4096))
    guard case .tooLarge(_, .head, 4096)? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
  }

  @Test func `bounds a single endless header line`() async throws {
    let line = [UInt8](repeating: 0x61, count: 8 << 20)
    let found = try await failure([.text("HTTP/1.1 200 OK\r\nX: "), .send(line), .close])
    switch found {
    case .tooLarge?, .malformed?, .broke?: break
    default: Issue.record("found \(String(describing: found))")
    }
  }

  @Test func `bounds the body, stated or not`() async throws {
    let body = String(repeating: "y", count: 5000)
    for steps in [[LoopbackServer.Step.answer(200, body)], [.chunkedHead(), .chunk(body), .lastChunk]] {
      let found = try await failure(steps, limits: HTTPLimits(bodyBytes: 4999))
      guard case .tooLarge(_, .body, 4999)? = found else {
        Issue.record("found \(String(describing: found))")
        continue
      }
    }
    #expect(try await failure([.answer(200, body)], limits: HTTPLimits(bodyBytes: 5000)) == nil)
  }

  @Test func `says when a port does not speak TLS`() async throws {
    let server = try LoopbackServer(greeting: [.text("HTTP/1.1 400 Bad\r\n\r\n"), .close]) { _ in [] }
    defer { server.stop() }
    let found = try await failure(at: "https://127.0.0.1:\(server.port)")
    guard case .insecure(_, false, _)? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
  }

  @Test func `stops a TLS handshake at the connect deadline`() async throws {
    let server = try LoopbackServer(greeting: [.stall]) { _ in [] }
    defer { server.stop() }
    let found = try await failure(
      at: "https://127.0.0.1:\(server.port)", deadlines: HTTPDeadlines(connect: .milliseconds(80)))
    guard case .timedOut(_, .tls, _, .milliseconds(80))? = found else {
      Issue.record("found \(String(describing: found))")
      return
    }
  }
}
