internal import WeirHTTP

/// What to do with the head of an answer: decided here, without touching file or network.
enum DownloadStep: Equatable {
  /// Take the body as the file's bytes from `offset` on; `length` is the whole file's where it is known.
  case take(offset: Int, length: Int?, validator: String?)
  /// The file is there whole.
  case complete
  /// What is there belongs to another version of the file: ask for the whole one.
  case startOver
  /// Ask at this place.
  case redirect(location: String)
  /// The server is busy; ask again after this many seconds at least.
  case wait(status: Int, seconds: Int)
  case refuse(status: Int)
  case encoded(String)

  /// - Parameters:
  ///   - offset: bytes that are there, and that the request asked to leave out; 0 where it asked for all.
  ///   - record: what is known of the file they belong to.
  init(_ head: HTTPResponseHead, offset: Int, record: DownloadRecord?) {
    let headers = head.headers
    switch head.status {
    case 200, 206:
      if let encoding = headers["content-encoding"], encoding.lowercased() != "identity" {
        self = .encoded(encoding)
      } else {
        self = head.status == 200 ? Self.whole(head) : Self.part(head, offset: offset, record: record)
      }
    case 301, 302, 303, 307, 308:
      self = headers["location"].map { .redirect(location: $0) } ?? .refuse(status: head.status)
    case 416 where offset > 0:
      let total = headers["content-range"].flatMap { ContentRange($0) }?.total
      self = total == offset ? .complete : .startOver
    case 408, 425, 429, 500, 502, 503, 504:
      self = .wait(status: head.status, seconds: headers["retry-after"].flatMap { Int($0) } ?? 0)
    default: self = .refuse(status: head.status)
    }
  }

  /// A server may always send the whole file, and does when the one that was begun is gone.
  private static func whole(_ head: HTTPResponseHead) -> DownloadStep {
    let length = head.headers["content-length"].flatMap { Int($0) }
    return .take(
      offset: 0, length: length.flatMap { $0 >= 0 ? $0 : nil }, validator: DownloadRecord.validator(of: head))
  }

  private static func part(_ head: HTTPResponseHead, offset: Int, record: DownloadRecord?) -> DownloadStep {
    guard offset > 0, let range = head.headers["content-range"].flatMap({ ContentRange($0) }), range.first == offset
    else { return .startOver }
    let validator = DownloadRecord.validator(of: head)
    // A server that does not know If-Range still says which version it sends a part of.
    if let validator, let known = record?.validator, validator != known { return .startOver }
    if let total = range.total, let known = record?.length, total != known { return .startOver }
    if let total = range.total, let last = range.last, last != total - 1 { return .startOver }
    return .take(offset: offset, length: range.total ?? record?.length, validator: validator ?? record?.validator)
  }
}

/// The header `Content-Range`: `bytes 5-9/10`, `bytes 5-9/*` or `bytes */10` (RFC 9110, section 14.4).
struct ContentRange: Equatable {
  var first: Int?
  var last: Int?
  var total: Int?

  init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let halves = words[1].split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    if halves[1] != "*" {
      guard let number = Self.number(halves[1]) else { return nil }
      total = number
    }
    if halves[0] == "*" { return }
    let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last,
      total.map({ last < $0 }) ?? true
    else { return nil }
    self.first = first
    self.last = last
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }
}
