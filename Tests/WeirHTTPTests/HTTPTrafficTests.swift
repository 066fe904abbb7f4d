import Synchronization
import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirHTTP

@Suite("What an HTTP client counts and tells")
struct HTTPTrafficTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

  /// Bytes of a request as it stood on the wire; the client writes `Name: value` lines.
  private static func bytes(_ request: LoopbackServer.Request) -> Int64 {
    let headers = request.headers.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 4 }
    return Int64(request.line.utf8.count + 2 + headers + 2 + request.body.count)
  }

  @Test(arguments: [0, 1, 1_000, 65_535, 65_536, 3_000_000])
  func `bytes are those on the wire, whatever the size of the body`(size: Int) async throws {
    let server = try LoopbackServer { _ in [.text(Self.answer)] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let body = [UInt8](repeating: 65, count: size)
    let response = try await client.send(HTTPRequest(.post, HTTPURL(server.url), body: body))
    let request = try #require(server.requests.first)
    #expect(response.facts.traffic.received == Int64(Self.answer.utf8.count))
    #expect(response.facts.traffic.sent == Self.bytes(request))
    #expect(client.traffic == response.facts.traffic)
    await client.shutdown()
  }

  @Test func `requests that fail are counted with what they moved`() async throws {
    let server = try LoopbackServer { request in
      switch request.ordinal {
      case 0: [.text("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhel"), .close]
      case 1: [.reset]
      default: [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"), .stall]
      }
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    var request = HTTPRequest(.post, try HTTPURL(server.url), body: Array("question".utf8))
    request.deadlines.idle = .milliseconds(50)
    for _ in 0..<3 {
      let sent = request
      await #expect(throws: HTTPFailure.self) { try await client.send(sent) }
    }
    let seen = server.requests
    #expect(client.traffic.sent == seen.reduce(0) { $0 + Self.bytes($1) })
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    #expect(client.traffic.received == Int64(2 * head.utf8.count - 2 + 6))
    await client.shutdown()
  }

  @Test func `a request tells when its connection is ready, and a refused one never does`() async throws {
    let server = try LoopbackServer { _ in [.text(Self.answer)] }
    let refusing = try SilentPort(.refusing)
    let deaf = try SilentPort(.deaf)
    defer {
      server.stop()
      refusing.close()
      deaf.close()
    }
    let client = try HTTPClient(.loopback)
    for (url, isReady) in [(server.url, true), (server.url, true), (refusing.url, false), (deaf.url, false)] {
      let count = Mutex(0)
      try await confirmation(expectedCount: isReady ? 1 : 0) { ready in
        var request = HTTPRequest(.get, try HTTPURL(url))
        request.deadlines.connect = .milliseconds(100)
        request.onConnected = {
          count.withLock { $0 += 1 }
          ready()
        }
        _ = try? await client.send(request)
      }
      #expect(count.withLock { $0 } == (isReady ? 1 : 0))
    }
    await client.shutdown()
  }
}
