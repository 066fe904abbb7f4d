import CCurl

/// The loop's side of a transfer: its libcurl handle, how far it is, and what libcurl hands over.
///
/// Belongs to the loop's thread; libcurl holds an unretained pointer to it until it leaves the multi handle.
final class ActiveTransfer {
  let transfer: Transfer
  let handle: CurlTransfer
  let startedAt: ContinuousClock.Instant
  private var connectedAt: ContinuousClock.Instant?
  private var firstByteAt: ContinuousClock.Instant?
  private var lastByteAt: ContinuousClock.Instant?
  private var isPaused = false
  private var drainsUntil: ContinuousClock.Instant?
  /// Why a sink refused its bytes.
  private(set) var refusal: HTTPFailure?
  private var head: HTTPResponseHead?
  private var isHeadComplete = false
  private var headBytes = 0
  private var bodyBytes = 0

  init(transfer: Transfer, handle: CurlTransfer, startedAt: ContinuousClock.Instant) {
    self.transfer = transfer
    self.handle = handle
    self.startedAt = startedAt
  }

  private var authority: String { transfer.request.url.authority }
  private var limits: HTTPLimits { transfer.request.limits }

  // MARK: What libcurl tells

  func connected() {
    connectedAt = .now
    transfer.request.onConnected?()
  }

  /// Takes one line of a response head, line break included; trailers are counted and dropped.
  func takeHeader(_ line: UnsafeBufferPointer<UInt8>) -> weir_curl_verdict {
    noteBytes()
    headBytes += line.count
    guard headBytes <= limits.headBytes else {
      refusal = .tooLarge(authority: authority, part: .head, allowed: limits.headBytes)
      return WEIR_CURL_REFUSED
    }
    guard !isHeadComplete else { return WEIR_CURL_TAKEN }
    let text = unsafe String(decoding: line, as: UTF8.self)
    if let status = HTTPResponseHead.status(ofLine: text) {
      head = HTTPResponseHead(status: status, headers: [])
    } else if text == "\r\n" || text == "\n" {
      completeHead()
    } else {
      head?.append(line: text)
    }
    return WEIR_CURL_TAKEN
  }

  /// Takes a piece of the body, or stops the connection while the reader is behind.
  func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) -> weir_curl_verdict {
    noteBytes()
    guard bodyBytes + bytes.count <= limits.bodyBytes else {
      refusal = .tooLarge(authority: authority, part: .body, allowed: limits.bodyBytes)
      return WEIR_CURL_REFUSED
    }
    let isStreamed = transfer.delivery == .streamed
    isPaused = transfer.update { state in
      guard state.drainsUntil == nil else { return (false, wakes: false) }
      let isFull = isStreamed && !state.unread.isEmpty && state.unread.count + bytes.count > limits.bufferBytes
      state.isPaused = isFull
      if !isFull { unsafe state.unread.append(contentsOf: bytes) }
      return (isFull, wakes: isStreamed && !isFull)
    }
    if isPaused { return WEIR_CURL_PAUSED }
    bodyBytes += bytes.count
    return WEIR_CURL_TAKEN
  }

  private func noteBytes() {
    let now = ContinuousClock.now
    if firstByteAt == nil { firstByteAt = now }
    lastByteAt = now
  }

  private func completeHead() {
    // 1xx heads precede the real one (RFC 9110, section 15.2).
    guard let head, head.status >= 200 else { return self.head = nil }
    isHeadComplete = true
    transfer.update { state in
      state.head = head
      return ((), wakes: transfer.delivery == .streamed)
    }
  }

  // MARK: What the loop does

  /// Lets libcurl deliver again once the reader has made room or left.
  func resumeIfPossible() {
    let (isFull, drainsUntil) = transfer.update { (($0.isPaused, $0.drainsUntil), wakes: false) }
    self.drainsUntil = drainsUntil
    guard isPaused, !isFull else { return }
    isPaused = false
    lastByteAt = .now
    handle.unpause()
  }

  /// The next deadline and the phase that it bounds.
  func deadline() -> (at: ContinuousClock.Instant, from: ContinuousClock.Instant, allowed: Duration) {
    let deadlines = transfer.request.deadlines
    var next = (at: startedAt + deadlines.total, from: startedAt, allowed: deadlines.total)
    func consider(_ from: ContinuousClock.Instant, _ allowed: Duration) {
      if from + allowed < next.at { next = (from + allowed, from, allowed) }
    }
    if let drainsUntil, drainsUntil < next.at { next.at = drainsUntil }
    if let lastByteAt {
      if !isPaused { consider(lastByteAt, deadlines.idle) }
    } else if let connectedAt {
      consider(connectedAt, deadlines.firstByte)
    } else {
      consider(startedAt, deadlines.connect)
    }
    return next
  }

  func timeout(now: ContinuousClock.Instant) -> HTTPFailure {
    let (_, from, allowed) = deadline()
    return .timedOut(authority: authority, phase: phase(handle.facts()), elapsed: now - from, allowed: allowed)
  }

  /// What a transfer that libcurl calls finished came to.
  func result(_ outcome: weir_curl_outcome) -> Result<HTTPTransferFacts, HTTPFailure> {
    let facts = handle.facts()
    guard outcome == WEIR_CURL_OK else { return .failure(failure(outcome, facts)) }
    guard isHeadComplete else { return .failure(.malformed(authority: authority, reason: "no complete head")) }
    return .success(
      HTTPTransferFacts(
        reusedConnection: facts.new_connections == 0, httpVersion: Int(facts.http_version),
        connected: connectedAt.map { $0 - startedAt }, firstByte: firstByteAt.map { $0 - startedAt },
        total: .now - startedAt, traffic: Self.traffic(facts)))
  }

  /// What it has sent and received so far.
  var traffic: HTTPTraffic { Self.traffic(handle.facts()) }

  private static func traffic(_ facts: weir_curl_facts) -> HTTPTraffic {
    HTTPTraffic(sent: facts.sent_bytes, received: facts.received_bytes)
  }

  private func failure(_ outcome: weir_curl_outcome, _ facts: weir_curl_facts) -> HTTPFailure {
    if let refusal { return refusal }
    let reason = handle.reason(facts)
    let status = isHeadComplete ? head?.status : nil
    switch outcome {
    case WEIR_CURL_UNRESOLVED:
      return .unresolved(host: transfer.request.url.host, reason: reason)
    case WEIR_CURL_UNREACHABLE:
      return .unreachable(authority: authority, reason: reason)
    case WEIR_CURL_TLS:
      return .insecure(authority: authority, isTrust: false, reason: reason)
    case WEIR_CURL_UNTRUSTED:
      return .insecure(authority: authority, isTrust: true, reason: reason)
    case WEIR_CURL_TIMED_OUT:
      return .timedOut(
        authority: authority, phase: phase(facts), elapsed: .now - startedAt,
        allowed: transfer.request.deadlines.connect)
    case WEIR_CURL_MALFORMED:
      return .malformed(authority: authority, reason: reason)
    case WEIR_CURL_TRUNCATED:
      return .truncated(authority: authority, status: status, received: bodyBytes)
    case WEIR_CURL_BROKEN:
      return .broken(
        authority: authority, phase: phase(facts), status: status, received: bodyBytes, reason: reason)
    default:
      return .broke(reason: reason)
    }
  }

  private func phase(_ facts: weir_curl_facts) -> HTTPPhase {
    if firstByteAt != nil { return .body }
    // libcurl's own clock may not show the connection yet in the turn that made it.
    if connectedAt != nil { return facts.phase == WEIR_CURL_AT_SEND ? .send : .firstByte }
    switch facts.phase {
    case WEIR_CURL_AT_RESOLVE: return .resolve
    case WEIR_CURL_AT_CONNECT: return .connect
    default: return .tls
    }
  }
}
