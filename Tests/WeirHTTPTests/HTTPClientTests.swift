import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirHTTP

@Suite("An HTTP client")
struct HTTPClientTests {
  @Test func `brings back status, headers and body`() async throws {
    let server = try LoopbackServer { request in
      [.answer(201, "[\(request.line)]" + String(decoding: request.body, as: UTF8.self), headers: ["X-Odd:  a b "])]
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let response = try await client.send(
      HTTPRequest(.post, HTTPURL(server.url + "/p?q=1"), headers: [HTTPHeader("X-Mine", "1")], body: Array("hé".utf8)))
    #expect(response.head.status == 201)
    #expect(response.head.headers["x-odd"] == "a b")
    #expect(String(decoding: response.body, as: UTF8.self) == "[POST /p?q=1 HTTP/1.1]hé")
    let seen = try #require(server.requests.first)
    #expect(seen.headers["x-mine"] == "1")
    #expect(seen.headers["user-agent"] == "weir")
    #expect(seen.headers["content-length"] == "3")
    #expect(seen.headers["expect"] == nil)
    #expect(seen.headers["accept-encoding"] == nil)
    await client.shutdown()
  }

  @Test(arguments: [HTTPRequest.Method.get, .head, .put, .delete])
  func `sends every method`(method: HTTPRequest.Method) async throws {
    let server = try LoopbackServer { _ in [.text("HTTP/1.1 204 No\r\n\r\n")] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let response = try await client.send(HTTPRequest(method, HTTPURL(server.url)))
    #expect(response.head.status == 204)
    #expect(server.requests.first?.line.hasPrefix("\(method.rawValue) ") == true)
    await client.shutdown()
  }

  @Test func `uses one connection for requests one after another`() async throws {
    let server = try LoopbackServer { request in [.answer(200, "\(request.ordinal)")] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    for ordinal in 0..<50 {
      let response = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
      #expect(String(decoding: response.body, as: UTF8.self) == "\(ordinal)")
      #expect(response.facts.reusedConnection == (ordinal > 0))
    }
    #expect(server.connections == 1)
    await client.shutdown()
  }

  @Test func `makes a new connection when the pooled one was closed`() async throws {
    let server = try LoopbackServer { _ in [.answer(200, "x"), .close] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    for _ in 0..<5 { _ = try await client.send(HTTPRequest(.get, HTTPURL(server.url))) }
    #expect(server.connections == 5)
    await client.shutdown()
  }

  @Test func `carries many requests at once`() async throws {
    let server = try LoopbackServer { request in [.answer(200, String(decoding: request.body, as: UTF8.self))] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let url = try HTTPURL(server.url)
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...100 {
        group.addTask {
          let response = try await client.send(HTTPRequest(.post, url, body: Array("\(number)".utf8)))
          return Int(String(decoding: response.body, as: UTF8.self)) ?? 0
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(sum == 5050)
    await client.shutdown()
  }

  @Test func `does not follow redirects`() async throws {
    let server = try LoopbackServer { _ in [.answer(302, "", headers: ["Location: /elsewhere"])] }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let response = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
    #expect(response.head.status == 302)
    #expect(server.requests.count == 1)
    await client.shutdown()
  }

  @Test func `passes over informational heads and trailers`() async throws {
    let server = try LoopbackServer { _ in
      [
        .text("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"), .chunkedHead(type: "text/plain"), .chunk("ab"),
        .text("0\r\nX-Late: 1\r\n\r\n"),
      ]
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let response = try await client.send(HTTPRequest(.get, HTTPURL(server.url)))
    #expect(response.head.status == 200)
    #expect(response.head.headers["link"] == nil)
    #expect(response.head.headers["x-late"] == nil)
    #expect(response.body == Array("ab".utf8))
    await client.shutdown()
  }

  @Test func `refuses requests after shutdown, and shutdown can be repeated`() async throws {
    let client = try HTTPClient(.loopback)
    await client.shutdown()
    await client.shutdown()
    await #expect(throws: HTTPFailure.closed) {
      try await client.send(HTTPRequest(.get, HTTPURL("http://127.0.0.1:1")))
    }
  }

  @Test func `ends what runs at shutdown, after its grace`() async throws {
    let arrived = AsyncStream<Void>.makeStream()
    let server = try LoopbackServer { _ in
      arrived.continuation.yield()
      return [.stall]
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let url = try HTTPURL(server.url)
    let running = Task { try await client.send(HTTPRequest(.get, url)) }
    for await _ in arrived.stream { break }
    await client.shutdown(grace: .milliseconds(20))
    await #expect(throws: HTTPFailure.closed) { try await running.value }
  }

  @Test func `lets what runs finish within the grace of a shutdown`() async throws {
    let arrived = AsyncStream<Void>.makeStream()
    let server = try LoopbackServer { _ in
      arrived.continuation.yield()
      return [.answer(200, "done")]
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let url = try HTTPURL(server.url)
    async let response = client.send(HTTPRequest(.get, url))
    for await _ in arrived.stream { break }
    await client.shutdown(grace: .seconds(5))
    #expect(try await response.head.status == 200)
  }

  @Test func `ends a request whose task is cancelled, before and while it runs`() async throws {
    let arrived = AsyncStream<Void>.makeStream()
    let server = try LoopbackServer { _ in
      arrived.continuation.yield()
      return [.stall]
    }
    defer { server.stop() }
    let client = try HTTPClient(.loopback)
    let url = try HTTPURL(server.url)
    let running = Task { try await client.send(HTTPRequest(.get, url)) }
    for await _ in arrived.stream { break }
    running.cancel()
    await #expect(throws: HTTPFailure.cancelled(authority: url.authority)) { try await running.value }

    let early = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await client.send(HTTPRequest(.get, url))
    }
    early.cancel()
    await #expect(throws: HTTPFailure.cancelled(authority: url.authority)) { try await early.value }
    #expect(server.requests.count == 1)
    await client.shutdown()
  }
}

extension HTTPClientConfiguration {
  /// Without the proxies that the machine under test may have.
  static var loopback: HTTPClientConfiguration { HTTPClientConfiguration(usesEnvironmentProxy: false) }
}
