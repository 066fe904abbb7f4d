import Testing
import WeirHTTP
import WeirTestSupport

@testable import WeirDownload

@Suite("Where a download comes from")
struct DownloadSourceTests {
  @Test(arguments: [
    ("hf:owner/name/model.gguf", "https://huggingface.co/owner/name/resolve/main/model.gguf", "model.gguf"),
    ("hf:o/n@v1.2/q4/m.gguf", "https://huggingface.co/o/n/resolve/v1.2/q4/m.gguf", "m.gguf"),
    ("https://h.example/a/b.gguf?x=/c#d", "https://h.example/a/b.gguf?x=/c#d", "b.gguf"),
    ("https://h.example/a/%2e%2e", "https://h.example/a/%2e%2e", "_2e_2e"),
    ("https://h.example/.hidden", "https://h.example/.hidden", "hidden"),
    ("http://127.0.0.1:8080/m", "http://127.0.0.1:8080/m", "m"),
    ("http://[::1]:8080/m", "http://[::1]:8080/m", "m"),
  ])
  func `is spelled out`(text: String, url: String, name: String) throws {
    let source = try DownloadSource(text)
    #expect(source.url.text == url)
    #expect(source.fileName == name)
  }

  @Test func `a mirror stands in for the hub`() throws {
    #expect(
      try DownloadSource("hf:o/n/m", hub: "http://localhost:1/").url.text == "http://localhost:1/o/n/resolve/main/m")
  }

  @Test(arguments: [
    "hf:", "hf:a", "hf:a/b", "hf:a/b/", "hf:a/../b/c", "hf:a/b@/c", "hf:a/b/c?d", "hf:a/b/c d", "hf:/b/c",
  ])
  func `a name that is no file of the hub is refused`(text: String) {
    #expect(throws: DownloadFailure.badHubName) { try DownloadSource(text) }
  }

  @Test(arguments: [
    "http://example.com/m", "http://127.0.0.1.example.com/m", "http://10.0.0.1/m", "http://128.0.0.1/m",
  ])
  func `plain http is refused beyond this machine`(text: String) {
    #expect {
      try DownloadSource(text)
    } throws: { error in
      if case .insecure? = error as? DownloadFailure { true } else { false }
    }
  }

  @Test func `a URL without a name is refused`() {
    #expect(throws: DownloadFailure.noFileName) { try DownloadSource("https://h.example/a/") }
    #expect(throws: DownloadFailure.noFileName) { try DownloadSource("https://h.example") }
    #expect(throws: DownloadFailure.noFileName) { try DownloadSource("https://h.example/..") }
  }

  @Test(
    arguments: [
      ("bytes 5-9/10", 5, 9, 10), ("bytes 0-0/1", 0, 0, 1), ("bytes 5-9/*", 5, 9, nil), ("bytes */10", nil, nil, 10),
    ] as [(String, Int?, Int?, Int?)])
  func `content ranges are read`(text: String, first: Int?, last: Int?, total: Int?) throws {
    let range = try #require(ContentRange(text))
    #expect(range.first == first)
    #expect(range.last == last)
    #expect(range.total == total)
  }

  @Test(arguments: [
    "", "bytes", "bytes 5-9", "items 5-9/10", "bytes 9-5/10", "bytes 5-10/10", "bytes -5/10", "bytes 5-/10",
    "bytes +5-9/10", "bytes 5-9/10/11", "bytes 99999999999999999999-99999999999999999999/*",
  ])
  func `other content ranges are none`(text: String) {
    #expect(ContentRange(text) == nil)
  }

  @Test func `no answer makes a step that trusts a wrong offset`() {
    var random = SeededRandom(seed: 3)
    let values = ["bytes 5-9/10", "bytes 0-9/10", "bytes 5-8/10", "bytes */10", "x", "bytes 5-9/*"]
    for _ in 0..<2_000 {
      let offset = Int(random.next() % 12)
      let status = [200, 206, 416, 302, 500, 404][Int(random.next() % 6)]
      let headers = [
        HTTPHeader("Content-Range", values[Int(random.next() % 6)]),
        HTTPHeader("Content-Length", ["5", "-5", "x", "10"][Int(random.next() % 4)]),
      ]
      let head = HTTPResponseHead(status: status, headers: headers)
      if case .take(let from, let length, _) = DownloadStep(head, offset: offset, record: nil) {
        #expect(from == 0 && status == 200 || from == offset && offset == 5 && status == 206, "\(head) at \(offset)")
        #expect(length ?? 0 >= 0)
      }
    }
  }
}
