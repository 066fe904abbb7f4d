import Testing

@testable import WeirHTTP

@Suite("What an HTTP client is given")
struct HTTPInputTests {
  @Test func `reads host and port of a URL`() throws {
    #expect(try HTTPURL("https://api.example.com/v1?x=1").authority == "api.example.com:443")
    #expect(try HTTPURL("HTTP://LOCALHOST:8080").authority.lowercased() == "localhost:8080")
    #expect(try HTTPURL("http://[::1]:9/").authority == "[::1]:9")
    #expect(try HTTPURL("https://a.b").isSecure)
    #expect(try !HTTPURL("http://a.b").isSecure)
  }

  @Test(arguments: [
    ("", HTTPFailure.URLFault.notAbsolute), ("example.com/v1", .notAbsolute), ("http://", .notAbsolute),
    ("http://a:99999/", .notAbsolute), ("file:///etc/passwd", .scheme("file")), ("ftp://a/b", .scheme("ftp")),
    ("http://u:p@a/", .credentials), ("http://a/ b", .controlCharacter), ("http://a/\r\nX: 1", .controlCharacter),
    ("http://a/\u{0}", .controlCharacter),
  ])
  func `refuses a URL that it cannot or must not use`(text: String, fault: HTTPFailure.URLFault) {
    #expect {
      try HTTPURL(text)
    } throws: { error in
      guard case .invalidURL(let found) = error as? HTTPFailure else { return false }
      // libcurl calls a URL without a host by different names in its versions.
      return found == fault || fault == .scheme("file") && found == .notAbsolute
    }
  }

  @Test func `joins a path with one slash and refuses to behind a query`() throws {
    for base in ["http://a/v1", "http://a/v1/", "http://a/v1//"] {
      #expect(try HTTPURL(base).appending(path: "/x/y").text == "http://a/v1/x/y")
    }
    #expect(throws: HTTPFailure.self) { try HTTPURL("http://a/v1?k=1").appending(path: "x") }
    #expect(throws: HTTPFailure.self) { try HTTPURL("http://a/v1#k").appending(path: "x") }
  }

  @Test(arguments: [
    HTTPHeader("X", "a\r\nY: b"), HTTPHeader("X", "a\nb"), HTTPHeader("X", "a\u{0}b"), HTTPHeader("X\r\n", "a"),
    HTTPHeader("", "a"), HTTPHeader("X Y", "a"), HTTPHeader("X:", "a"), HTTPHeader("Content-Length", "3"),
    HTTPHeader("Transfer-Encoding", "chunked"), HTTPHeader("hOST", "other"),
  ])
  func `refuses a header that could smuggle something`(header: HTTPHeader) {
    #expect(throws: HTTPFailure.self) { try header.check() }
  }

  @Test func `does not show the values of headers`() throws {
    let request = HTTPRequest(
      .get, try HTTPURL("http://a/"), headers: [HTTPHeader("Authorization", "Bearer hidden")])
    var dumped = ""
    dump(request, to: &dumped)
    #expect(!dumped.contains("hidden") && !"\(request)".contains("hidden"))
    #expect("\(request.headers)" == "[Authorization: <13 bytes>]")
  }

  @Test func `writes headers as libcurl reads them`() throws {
    #expect(try HTTPHeader("X-A", "b\tc é").line() == "X-A: b\tc é")
    #expect(try HTTPHeader("X-A", "").line() == "X-A;")
  }

  @Test func `finds the certificate bundle: configured, then the environment, then the usual paths`() {
    let none: (String) -> String? = { _ in nil }
    func locate(
      _ configured: String?, _ environment: (String) -> String?, _ there: Set<String>
    ) -> CertificateBundle {
      CertificateBundle.locate(configured: configured, environment: environment, exists: { there.contains($0) })
    }
    let debian = "/etc/ssl/certs/ca-certificates.crt"
    #expect(locate(nil, none, [debian, "/etc/ssl/cert.pem"]).file == debian)
    #expect(locate(nil, none, ["/etc/ssl/cert.pem"]).file == "/etc/ssl/cert.pem")
    #expect(locate(nil, none, []).file == nil)
    #expect(locate(nil, { $0 == "SSL_CERT_FILE" ? "/mine" : nil }, [debian]).file == "/mine")
    #expect(locate(nil, { $0 == "SSL_CERT_FILE" ? "" : nil }, [debian]).file == debian)
    #expect(locate("/named", { _ in "/mine" }, [debian]) == CertificateBundle(file: "/named", directory: "/mine"))
  }
}
