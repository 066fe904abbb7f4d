import Glibc
import Testing

@testable import WeirHTTP

/// Against a real TLS server; `Tools/Checks/remote/tls` starts one and sets the environment.
@Suite("An HTTP client before a TLS server")
struct TLSServerTests {
  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// `https://localhost:port`, with a certificate for that name only.
  private static let url = environment("WEIR_TLS_URL")
  /// The authority that signed it.
  private static let authority = environment("WEIR_TLS_CA") ?? ""
  /// 11 or 20, what the server speaks.
  private static let version = environment("WEIR_TLS_HTTP").flatMap { Int($0) } ?? 11

  private func client(trusting file: String) throws -> HTTPClient {
    try HTTPClient(HTTPClientConfiguration(trust: CertificateBundle(file: file), usesEnvironmentProxy: false))
  }

  @Test(.enabled(if: url != nil)) func `trusts the configured authority and speaks what the server offers`()
    async throws
  {
    let client = try client(trusting: Self.authority)
    let url = try HTTPURL(try #require(Self.url))
    for number in 0..<5 {
      let response = try await client.send(HTTPRequest(.get, url))
      #expect(response.head.status == 200)
      #expect(response.facts.httpVersion == Self.version)
      #expect(response.facts.reusedConnection == (number > 0))
    }
    let reused = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 { group.addTask { try await client.send(HTTPRequest(.get, url)).facts.reusedConnection } }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    // All of them share the one connection where HTTP/2 was agreed.
    if Self.version == 20 { #expect(reused == 40) }
    await client.shutdown()
  }

  /// The server over HTTP/1.1 says which of its connections a request came over, and whether that one's TLS session was
  /// resumed.
  @Test(.enabled(if: url != nil && version == 11))
  func `the server sees one connection, and after it resumed sessions`()
    async throws
  {
    let client = try client(trusting: Self.authority)
    let url = try HTTPURL(try #require(Self.url))
    var seen: [String?] = []
    for _ in 0..<10 { seen.append(try await client.send(HTTPRequest(.get, url)).head.headers["x-connection"]) }
    #expect(Set(seen).count == 1)
    let closing = try HTTPURL(try #require(Self.url) + "?close")
    var resumed: [String?] = []
    for _ in 0..<4 {
      let head = try await client.send(HTTPRequest(.get, closing)).head
      seen.append(head.headers["x-connection"])
      resumed.append(head.headers["x-session-resumed"])
    }
    // The first of them still goes over the old connection.
    #expect(Set(seen).count == 4)
    #expect(resumed.dropFirst() == ["yes", "yes", "yes"])
    await client.shutdown()
  }

  @Test(.enabled(if: url != nil)) func `trusts nobody else`() async throws {
    let url = try HTTPURL(try #require(Self.url))
    let client = try client(trusting: "/etc/ssl/certs/ca-certificates.crt")
    let failure = await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(.get, url)) }
    print("another authority: \(failure?.message ?? "")")
    guard case .insecure(url.authority, true, _)? = failure else {
      Issue.record("found \(String(describing: failure))")
      return
    }
    #expect(failure?.isSafeToRetry == false)
    await client.shutdown()
  }

  @Test(.enabled(if: url != nil)) func `checks the name in the certificate`() async throws {
    let url = try HTTPURL(try #require(Self.url))
    let client = try client(trusting: Self.authority)
    let other = try HTTPURL("https://127.0.0.1:\(url.port)")
    let failure = await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(.get, other)) }
    print("another name: \(failure?.message ?? "")")
    guard case .insecure(_, true, _)? = failure else {
      Issue.record("found \(String(describing: failure))")
      return
    }
    await client.shutdown()
  }

  @Test(.enabled(if: url != nil)) func `says when the bundle is missing`() async throws {
    let client = try client(trusting: "/nonexistent/bundle.pem")
    let url = try HTTPURL(try #require(Self.url))
    let failure = await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(.get, url)) }
    print("no bundle: \(failure?.message ?? "")")
    guard case .insecure(_, true, _)? = failure else {
      Issue.record("found \(String(describing: failure))")
      return
    }
    await client.shutdown()
  }
}
