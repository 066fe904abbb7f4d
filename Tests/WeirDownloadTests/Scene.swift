import FoundationEssentials
import Synchronization
import WeirFiles
import WeirHTTP
import WeirTestSupport

@testable import WeirDownload

/// A folder, a file to bring into it, and a server that a test scripts.
final class Scene: Sendable {
  let folder: String
  /// 200 000 bytes without a pattern.
  let bytes: [UInt8]
  let client: HTTPClient
  private let log = Mutex<[Download.Event]>([])
  private let waits = Mutex<[Duration]>([])

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/weir-download-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var random = SeededRandom(seed: 7)
    bytes = (0..<200_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    client = try HTTPClient(HTTPClientConfiguration(trust: CertificateBundle(), usesEnvironmentProxy: false))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var target: String { folder + "/model.gguf" }
  var partial: String { target + ".partial" }
  var digest: String { SHA256Digest(of: bytes).hex }
  var events: [Download.Event] { log.withLock { $0 } }
  var slept: [Duration] { waits.withLock { $0 } }
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }
  func contents(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { [UInt8]($0) } }

  func download(
    _ url: String, options: Download.Options = Download.Options(), freeSpace: UInt64 = 1 << 40
  ) async throws -> Download.Outcome {
    let download = Download(
      try DownloadSource(url), to: target, options: options,
      surroundings: .init(
        client: client, freeSpace: { _ in freeSpace }, sleep: { time in self.waits.withLock { $0.append(time) } },
        draw: { 0.5 }))
    return try await download.run { event in self.log.withLock { $0.append(event) } }
  }

  /// Leaves `count` bytes as an earlier process would have, of the file at `url`.
  func leavePartial(_ count: Int, url: String, validator: String?, of other: [UInt8]? = nil) throws {
    try AtomicFile.write(Array((other ?? bytes).prefix(count)), to: partial)
    try DownloadRecord(url: try HTTPURL(url), validator: validator, length: bytes.count).write(
      to: target + ".partial.json")
  }
}

/// A well-behaved file server: ranges, `If-Range`, an entity tag.
struct FileServer: Sendable {
  var bytes: [UInt8]
  var tag: String? = "\"v1\""
  var knowsRanges = true

  func answer(_ request: LoopbackServer.Request) -> [LoopbackServer.Step] { [.send(head(request) + body(request))] }

  /// The same, but the connection ends after `count` bytes of the body.
  func cut(_ request: LoopbackServer.Request, after count: Int) -> [LoopbackServer.Step] {
    [.send(head(request) + body(request).prefix(count)), .close]
  }

  private func start(_ request: LoopbackServer.Request) -> Int? {
    guard knowsRanges, let range = request.headers["range"], range.hasPrefix("bytes=") else { return nil }
    if let condition = request.headers["if-range"], condition != tag { return nil }
    return Int(range.dropFirst(6).dropLast())
  }

  private func body(_ request: LoopbackServer.Request) -> [UInt8] {
    guard let start = start(request) else { return bytes }
    return start < bytes.count ? Array(bytes[start...]) : []
  }

  private func head(_ request: LoopbackServer.Request) -> [UInt8] {
    var lines: [String]
    switch start(request) {
    case nil: lines = ["HTTP/1.1 200 OK"]
    case let start? where start >= bytes.count:
      lines = ["HTTP/1.1 416 Beyond", "Content-Range: bytes */\(bytes.count)"]
    case let start?:
      lines = ["HTTP/1.1 206 Part", "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)"]
    }
    lines.append("Content-Length: \(body(request).count)")
    if let tag { lines.append("ETag: \(tag)") }
    return Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
  }
}
