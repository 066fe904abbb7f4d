internal import Synchronization
internal import WeirDomain
internal import WeirHTTP

/// One request to one endpoint.
extension RemoteProvider {
  /// How an attempt ended, with what it used up either way.
  struct Attempt: Sendable {
    var result: Result<ReplyContent, AttemptFailure>
    var usage: TokenUsage
    var firstText: C.Instant?
    var limits: RateLimitHeaders?

    /// False where the link is known to be down.
    var wasSent: Bool {
      if case .failure(let failure) = result, case .linkDown = failure.cause { false } else { true }
    }

    func forPool(elapsed: Duration, firstText since: (C.Instant) -> Duration) -> EndpointOutcome {
      var failure: ProviderFailure.Cause?
      if case .failure(let found) = result { failure = found.cause }
      return EndpointOutcome(
        failure: failure, elapsed: elapsed, firstText: firstText.map(since), limits: limits, usage: usage)
    }
  }

  struct AttemptFailure: Error {
    var cause: ProviderFailure.Cause

    init(cause: ProviderFailure.Cause) { self.cause = cause }

    init(transport failure: HTTPFailure) {
      if case .cancelled = failure { cause = .cancelled } else { cause = .transport(failure) }
    }
  }

  /// What is known of an attempt while it goes on, and after it failed.
  private struct Progress {
    var head: HTTPResponseHead?
    var content: ReplyContent?
    var firstText: C.Instant?
  }

  func attempt(
    _ request: CompletionRequest, body: [UInt8], endpoint: Int, within remaining: Duration,
    onConnected: @escaping @Sendable () -> Void, onDelta: (@Sendable (CompletionDelta) -> Void)?
  ) async -> Attempt {
    var progress = Progress()
    var result: Result<ReplyContent, AttemptFailure>
    // From its connection on, bytes of the request may have left.
    let wasSent = Atomic(false)
    do throws(AttemptFailure) {
      var http = HTTPRequest(
        .post, urls[endpoint],
        headers: headers(key: configuration.endpoints[endpoint].key, isStreamed: onDelta != nil), body: body,
        deadlines: configuration.deadlines)
      http.onConnected = {
        wasSent.store(true, ordering: .relaxed)
        onConnected()
      }
      http.deadlines.total = max(.zero, min(http.deadlines.total, remaining))
      // JSON escapes multiply a text's size, and a stream's frame around each token does so much more. A whole answer is
      // parsed at once, so its bound is also one of memory.
      http.limits.bodyBytes =
        (onDelta == nil ? 2 : 64) * max(1 << 10, min(configuration.maximumAnswerBytes, 1 << 30))
      if let onDelta {
        try await stream(http, onDelta, &progress)
      } else {
        try await whole(http, &progress)
      }
      guard let content = progress.content else { preconditionFailure("an attempt that ended well has a reply") }
      result = .success(content)
    } catch {
      result = .failure(error)
    }
    let usage: TokenUsage =
      switch result {
      case .success(let content): content.usage(for: request)
      case .failure(let failure):
        BilledUsage.of(
          failure.cause, wasSent: wasSent.load(ordering: .relaxed), content: progress.content, request: request)
      }
    return Attempt(
      result: result, usage: usage, firstText: progress.firstText,
      limits: progress.head.map { RateLimitHeaders($0.headers, now: wallClock()) })
  }

  private func whole(_ request: HTTPRequest, _ progress: inout Progress) async throws(AttemptFailure) {
    let response: HTTPResponse
    do { response = try await client.send(request) } catch { throw AttemptFailure(transport: error) }
    progress.head = response.head
    guard response.head.isSuccess else { throw refusal(response.head, response.body) }
    try take(whole: response.body, &progress)
  }

  private func stream(
    _ request: HTTPRequest, _ onDelta: @Sendable (CompletionDelta) -> Void, _ progress: inout Progress
  ) async throws(AttemptFailure) {
    let stream: HTTPResponseStream
    do { stream = try await client.stream(request) } catch { throw AttemptFailure(transport: error) }
    progress.head = stream.head
    guard stream.head.isSuccess else {
      // The status says enough where the body breaks.
      let body = (try? await stream.prefix(upTo: Self.maximumErrorBytes)) ?? []
      await stream.finish()
      throw refusal(stream.head, body)
    }
    if stream.head.headers["content-type"]?.lowercased().hasPrefix("application/json") == true {
      return try await unstreamed(stream, request.limits.bodyBytes, onDelta, &progress)
    }
    var events = ServerSentEvents()
    var reply = codec.reply(maximumBytes: configuration.maximumAnswerBytes)
    reading: while true {
      let bytes: [UInt8]?
      do { bytes = try await stream.next() } catch {
        // The answer is whole: what is missing is its usage at most.
        if reply.content.finishReason != nil, error.kind != .cancelled {
          progress.content = reply.content
          progress.content?.isCut = true
          return
        }
        throw interrupted(reply.content, .transport(error), &progress)
      }
      guard let bytes else { break }
      do {
        for event in try events.append(bytes) {
          for delta in try reply.take(event) {
            if progress.firstText == nil { progress.firstText = clock.now }
            onDelta(delta)
          }
          // What has come already would be passed on to nobody.
          if Task.isCancelled {
            progress.content = reply.content
            throw AttemptFailure(cause: .cancelled)
          }
          if reply.hasEnded { break reading }
        }
      } catch let failure as AttemptFailure {
        throw failure
      } catch let failure as ReplyFailure {
        if case .error(let code, let status) = failure, reply.content.pieces == 0 {
          progress.content = reply.content
          throw refusal(status: status ?? 200, code, retryAfter: nil)
        }
        throw interrupted(reply.content, failure.interruption, &progress)
      } catch {
        throw interrupted(reply.content, .malformed(reason: "an event larger than allowed"), &progress)
      }
    }
    await stream.finish()
    guard reply.content.finishReason != nil else { throw interrupted(reply.content, .ended, &progress) }
    progress.content = reply.content
  }

  /// A server that does not stream although it was asked to: its whole answer is one piece.
  private func unstreamed(
    _ stream: HTTPResponseStream, _ limit: Int, _ onDelta: @Sendable (CompletionDelta) -> Void,
    _ progress: inout Progress
  ) async throws(AttemptFailure) {
    let body: [UInt8]
    do { body = try await stream.prefix(upTo: limit) } catch { throw AttemptFailure(transport: error) }
    try take(whole: body, &progress)
    let deltas = progress.content?.deltas ?? []
    if !deltas.isEmpty { progress.firstText = clock.now }
    for delta in deltas { onDelta(delta) }
  }

  private func take(whole body: [UInt8], _ progress: inout Progress) throws(AttemptFailure) {
    var reply = codec.reply(maximumBytes: configuration.maximumAnswerBytes)
    defer { progress.content = reply.content }
    do { try reply.take(whole: body) } catch {
      switch error {
      case .error(let code, _): throw AttemptFailure(cause: .refused(status: 200, error: code))
      case .malformed(let reason): throw AttemptFailure(cause: .malformed(reason: reason))
      }
    }
  }

  // MARK: What failures mean

  private static var maximumErrorBytes: Int { 64 << 10 }

  private func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> AttemptFailure {
    let error = ProviderErrorCode(body: try? JSONReader.read(Array(body.prefix(Self.maximumErrorBytes))))
    return refusal(status: head.status, error, retryAfter: RetryAfter.wait(head.headers, now: wallClock()))
  }

  /// 200 stands for an error in a stream that does not say what status it would have had.
  private func refusal(status: Int, _ error: ProviderErrorCode, retryAfter: Duration?) -> AttemptFailure {
    switch status {
    case 200, 408, 409, 425, 429, 500, 502, 503, 504, 520...529:
      AttemptFailure(cause: .overloaded(status: status, error: error, retryAfter: retryAfter))
    default:
      AttemptFailure(cause: .refused(status: status, error: error))
    }
  }

  /// Before the first text a stream's failure is an ordinary one; afterwards it says how much had been passed on.
  private func interrupted(
    _ content: ReplyContent, _ reason: ProviderFailure.Interruption, _ progress: inout Progress
  ) -> AttemptFailure {
    progress.content = content
    if case .transport(let failure) = reason, failure.kind == .cancelled { return AttemptFailure(transport: failure) }
    if content.pieces > 0 { return AttemptFailure(cause: .interrupted(afterTokens: content.pieces, reason: reason)) }
    switch reason {
    case .transport(let failure): return AttemptFailure(transport: failure)
    case .error(let code): return refusal(status: 200, code, retryAfter: nil)
    case .ended: return AttemptFailure(cause: .malformed(reason: "a stream without text or finish reason"))
    case .malformed(let reason): return AttemptFailure(cause: .malformed(reason: reason))
    }
  }
}

extension HTTPResponseHead {
  var isSuccess: Bool { (200..<300).contains(status) }
}
