internal import WeirDomain
internal import WeirFiles
internal import WeirHTTP

extension Download {
  /// How far a download is.
  struct Progress {
    /// Bytes in the partial file.
    var offset: Int
    var record: DownloadRecord?
    /// A digest that the server gave on the way to the file.
    var publishedDigest: String?
    /// More than one answer went into the file.
    var isPieced: Bool
    var hasStartedOver = false
    var startsOver = 0
  }

  /// How one attempt ended.
  private enum End {
    case whole
    case startOver
    /// Worth another attempt after `seconds` at least.
    case failed(reason: String, seconds: Int)
  }

  /// What is there from an earlier process, or nothing where it cannot be known to belong to the same file.
  func begin(_ partial: PartialFile, _ report: (Event) -> Void) throws(DownloadFailure) -> Progress {
    let count = try reading { () throws(FileFailure) in try partial.count() }
    let record = DownloadRecord(readingFrom: recordPath)
    guard count > 0 else { return Progress(offset: 0, isPieced: false) }
    let isSame = record?.urlDigest == DownloadRecord(url: source.url, validator: nil, length: nil).urlDigest
    if let record, isSame, canContinue(record), count <= record.length ?? .max {
      return Progress(offset: count, record: record, isPieced: true)
    }
    var progress = Progress(offset: count, isPieced: false)
    try startOver(&progress, partial, "what is there cannot be told to be the same file", report)
    progress.hasStartedOver = false
    return progress
  }

  /// Without a validator only a digest can show that two parts belong together.
  private func canContinue(_ record: DownloadRecord) -> Bool {
    record.validator != nil || options.expectedDigest != nil
  }

  func startOver(
    _ progress: inout Progress, _ partial: PartialFile, _ reason: String, _ report: (Event) -> Void
  ) throws(DownloadFailure) {
    try reading { () throws(FileFailure) in try partial.cut(to: 0) }
    progress.offset = 0
    progress.record = nil
    progress.isPieced = false
    progress.hasStartedOver = true
    report(.startingOver(reason: reason))
  }

  /// Attempts until the file is whole, or until too many in a row brought too little.
  func fetch(
    _ progress: inout Progress, _ partial: PartialFile, _ report: (Event) -> Void
  ) async throws(DownloadFailure) {
    var failures = 0
    while true {
      let before = progress.offset
      switch try await attempt(&progress, partial, report) {
      case .whole: return
      case .startOver:
        progress.startsOver += 1
        guard progress.startsOver <= 3 else { throw .unsteady(authority: source.url.authority) }
        try startOver(&progress, partial, "the server has another version of the file", report)
      case .failed(let reason, let seconds):
        let isLost = progress.record.map { !canContinue($0) } ?? false
        // Bytes that are thrown away are no headway.
        failures = !isLost && progress.offset - before >= options.worthwhileBytes ? 1 : failures + 1
        guard failures < options.mostAttempts else {
          throw .gaveUp(attempts: failures, last: reason, partial: partial.path)
        }
        if isLost {
          try startOver(&progress, partial, "the server gives no way to go on", report)
        }
        try await wait(atLeast: seconds, failures: failures, reason, progress, partial, report)
      }
    }
  }

  /// 1 s, 2 s, 4 s, ... up to 30 s with half of it jitter; a server's own wish goes before, up to two minutes.
  private func wait(
    atLeast asked: Int, failures: Int, _ reason: String, _ progress: Progress, _ partial: PartialFile,
    _ report: (Event) -> Void
  ) async throws(DownloadFailure) {
    let ceiling = min(30, Double(1 << min(failures - 1, 5)))
    let seconds = max(Double(min(max(asked, 0), 120)), ceiling * (0.5 + surroundings.draw() / 2))
    report(.waiting(seconds: seconds, reason: reason))
    do {
      try await surroundings.sleep(.milliseconds(Int64(seconds * 1000)))
    } catch {
      throw .interrupted(partial: partial.path, received: progress.offset)
    }
  }

  private func attempt(
    _ progress: inout Progress, _ partial: PartialFile, _ report: (Event) -> Void
  ) async throws(DownloadFailure) -> End {
    var url = source.url
    for _ in 0...options.mostRedirects {
      let stream: HTTPResponseStream
      do throws(HTTPFailure) {
        stream = try await surroundings.client.stream(request(url, progress))
      } catch {
        return try end(of: error, progress, partial)
      }
      switch DownloadStep(stream.head, offset: progress.offset, record: progress.record) {
      case .take(let offset, let length, let validator):
        let record = DownloadRecord(url: source.url, validator: validator, length: length)
        return try await take(stream, from: offset, record, &progress, partial, report)
      case .complete: return .whole
      case .startOver: return .startOver
      case .redirect(let location):
        progress.publishedDigest = progress.publishedDigest ?? Self.publishedDigest(stream.head)
        url = try follow(location, from: url)
      case .wait(let status, let seconds):
        return .failed(reason: "\(url.authority) answered \(status)", seconds: seconds)
      case .refuse(let status):
        throw .status(authority: url.authority, found: status, hasToken: options.token != nil)
      case .encoded(let found): throw .encoded(authority: url.authority, found: found)
      }
    }
    throw .tooManyRedirects(authority: url.authority, allowed: options.mostRedirects)
  }

  private func request(_ url: HTTPURL, _ progress: Progress) -> HTTPRequest {
    var headers = [HTTPHeader("Accept", "*/*"), HTTPHeader("Accept-Encoding", "identity")]
    let isFirstHost = url.isSecure == source.url.isSecure && url.authority == source.url.authority
    if isFirstHost, let token = options.token {
      headers.append(HTTPHeader("Authorization", "Bearer \(token.revealed)"))
    }
    if progress.offset > 0 {
      headers.append(HTTPHeader("Range", "bytes=\(progress.offset)-"))
      if let validator = progress.record?.validator { headers.append(HTTPHeader("If-Range", validator)) }
    }
    // A day: the deadline between two arrivals is what notices a dead link.
    let deadlines = HTTPDeadlines(connect: .seconds(15), total: .seconds(86_400))
    return HTTPRequest(
      .get, url, headers: headers, deadlines: deadlines,
      limits: HTTPLimits(bodyBytes: 1 << 50, bufferBytes: 4 << 20))
  }

  /// Only https is followed; this machine alone may send on to itself without.
  private func follow(_ location: String, from url: HTTPURL) throws(DownloadFailure) -> HTTPURL {
    guard let next = try? url.resolving(location), next.isSecure || (source.url.isLoopback && next.isLoopback) else {
      throw .badRedirect(authority: url.authority)
    }
    return next
  }

  /// The hub names the SHA-256 of a large file as the tag of the place that it redirects to.
  private static func publishedDigest(_ head: HTTPResponseHead) -> String? {
    guard let tag = head.headers["x-linked-etag"]?.filter({ $0 != "\"" }) else { return nil }
    return SHA256Digest.normalizedHex(tag)
  }

  /// Reads a body into the partial file.
  private func take(
    _ stream: HTTPResponseStream, from offset: Int, _ record: DownloadRecord, _ progress: inout Progress,
    _ partial: PartialFile, _ report: (Event) -> Void
  ) async throws(DownloadFailure) -> End {
    if offset < progress.offset { try startOver(&progress, partial, "the server sends the whole file", report) }
    let folder = AtomicFile.folder(of: target)
    if let length = record.length, let free = surroundings.freeSpace(folder), UInt64(max(length - offset, 0)) > free {
      throw .noSpace(folder: folder, needed: length - offset, free: free)
    }
    progress.record = record
    progress.isPieced = offset > 0
    try reading { () throws(FileFailure) in try record.write(to: recordPath) }
    report(.started(offset: offset, length: record.length))
    while true {
      let bytes: [UInt8]?
      do throws(HTTPFailure) { bytes = try await stream.next() } catch { return try end(of: error, progress, partial) }
      guard let bytes else { break }
      try reading { () throws(FileFailure) in try partial.append(bytes) }
      progress.offset += bytes.count
      report(.received(progress.offset, length: record.length))
    }
    if let length = record.length, progress.offset != length {
      return .failed(reason: "\(progress.offset) of \(length) bytes came", seconds: 0)
    }
    return .whole
  }

  private func end(
    of failure: HTTPFailure, _ progress: Progress, _ partial: PartialFile
  ) throws(DownloadFailure) -> End {
    if failure.kind == .cancelled { throw .interrupted(partial: partial.path, received: progress.offset) }
    // A certificate that is not trusted will not be trusted in a second.
    if case .insecure(_, isTrust: true, _) = failure { throw .http(failure) }
    guard failure.isLinkDown else { throw .http(failure) }
    return .failed(reason: failure.message, seconds: 0)
  }
}
