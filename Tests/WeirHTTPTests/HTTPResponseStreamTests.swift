import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirHTTP

@Suite("A streamed answer")
struct HTTPResponseStreamTests {
  @Test func `gives the head before the body has come`() async throws {
    let server = try LoopbackServer { _ in [.chunkedHead(), .stall] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let stream = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
    #expect(stream.head.status == 200)
    #expect(stream.head.headers["content-type"] == "text/event-stream")
    await client.shutdown()
    await #expect(throws: HTTPFailure.closed) { try await stream.next() }
  }

  @Test func `gives every byte in order and then nil, however the server cuts them`() async throws {
    let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let head = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8)
    let server = try LoopbackServer { _ in [.sendInPieces(head + body, size: 997)] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let stream = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
    var read: [UInt8] = []
    while let bytes = try await stream.next() {
      #expect(!bytes.isEmpty)
      read += bytes
    }
    #expect(read == body)
    #expect(try await stream.next() == nil)
    #expect(stream.facts?.reusedConnection == false)
    await client.shutdown()
  }

  @Test func `holds a slow reader's bytes back at the server`() async throws {
    let size = 64 << 20
    let server = try LoopbackServer { _ in
      [
        .text("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"),
        .sendInPieces([UInt8](repeating: 7, count: size), size: 1 << 20),
      ]
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let limits = HTTPLimits(bodyBytes: size, bufferBytes: 100_000)
    // The idle deadline must not run while the reader is behind.
    let deadlines = HTTPDeadlines(idle: .milliseconds(100), total: .seconds(30))
    let stream = try await client.stream(
      HTTPRequest(.get, HTTPURL(server.url), deadlines: deadlines, limits: limits))
    // A second request takes longer than the idle deadline: the first one is paused all that time.
    let stalled = try SilentPort(.deaf)
    defer { stalled.close() }
    let wait = HTTPRequest(.get, try HTTPURL(stalled.url), deadlines: HTTPDeadlines(connect: .milliseconds(200)))
    await #expect(throws: HTTPFailure.self) { try await client.send(wait) }
    var count = 0
    var largest = 0
    while let bytes = try await stream.next() {
      count += bytes.count
      largest = max(largest, bytes.count)
    }
    #expect(count == size)
    #expect(largest <= 100_000)
    await client.shutdown()
  }

  @Test func `frees the connection when it is dropped, and keeps it when it is finished`() async throws {
    let server = try LoopbackServer { _ in [.chunkedHead(), .chunk("one"), .chunk("two"), .lastChunk] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    for _ in 0..<20 {
      let stream = try await client.stream(HTTPRequest(.get, HTTPURL(server.url)))
      #expect(try await stream.next() != nil)
      await stream.finish()
    }
    #expect(server.requests.count == 20)
    #expect(server.connections == 1)

    let endless = try LoopbackServer { _ in [.chunkedHead(), .chunk("one"), .stall] }
    defer { endless.stop() }
    for connection in 1...3 {
      let stream = try await client.stream(HTTPRequest(.get, HTTPURL(endless.url)))
      #expect(try await stream.next() == Array("one".utf8))
      #expect(endless.connections == connection)
    }
    let stream = try await client.stream(HTTPRequest(.get, HTTPURL(endless.url)))
    #expect(try await stream.next() == Array("one".utf8))
    await stream.finish(patience: .milliseconds(20))
    await client.shutdown()
  }

  @Test func `ends when its task is cancelled while it waits`() async throws {
    let server = try LoopbackServer { _ in [.chunkedHead(), .chunk("one"), .stall] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let first = AsyncStream<Void>.makeStream()
    let url = try HTTPURL(server.url)
    let reading = Task {
      let stream = try await client.stream(HTTPRequest(.get, url))
      while try await stream.next() != nil { first.continuation.yield() }
    }
    for await _ in first.stream { break }
    reading.cancel()
    await #expect(throws: HTTPFailure.cancelled(authority: url.authority)) { try await reading.value }
    await client.shutdown()
  }
}
