package import WeirDomain
package import WeirHTTP

/// Answers over any server that speaks OpenAI's chat completions, streamed or whole.
///
/// The client is shared: providers of one process use one pool of connections.
package struct OpenAICompatibleProvider<C: Clock>: RemoteAnswerer where C.Duration == Duration {
  package var name: String { configuration.name }

  private let configuration: OpenAICompatibleProviderConfiguration
  private let client: HTTPClient
  private let endpoint: HTTPURL
  private let clock: C
  private let fraction: @Sendable () -> Double
  private let wallClock: @Sendable () -> Timestamp

  /// `fraction` draws the jitter, uniform in 0..<1; `wallClock` is for `Retry-After` dates. Refuses a base URL with a
  /// query, and headers that cannot be sent.
  package init(
    _ configuration: OpenAICompatibleProviderConfiguration, client: HTTPClient, clock: C,
    fraction: @escaping @Sendable () -> Double, wallClock: @escaping @Sendable () -> Timestamp
  ) throws(HTTPFailure) {
    self.configuration = configuration
    self.client = client
    self.clock = clock
    self.fraction = fraction
    self.wallClock = wallClock
    endpoint = try configuration.baseURL.appending(path: "chat/completions")
    for header in headers(isStreamed: false) { try header.check() }
  }

  package func complete(
    _ request: CompletionRequest, onDelta: (@Sendable (String) -> Void)?
  ) async throws(ProviderFailure) -> Completion {
    let begin = clock.now
    var policy = configuration.retry
    if let deadline = request.deadline { policy.deadline = min(policy.deadline, deadline) }
    var attempts = 0
    while true {
      attempts += 1
      let attempt = clock.now
      let remaining = policy.deadline - begin.duration(to: attempt)
      let cause: ProviderFailure.Cause
      do {
        let (reply, firstText) = try await self.attempt(request, within: remaining, onDelta: onDelta)
        let end = clock.now
        return Completion(
          text: reply.text, usage: reply.usage(for: request), model: reply.model ?? request.settings.model,
          finishReason: reply.finishReason ?? .other, attempts: attempts,
          timings: Completion.Timings(
            total: begin.duration(to: end), firstText: firstText.map { begin.duration(to: $0) },
            lastAttempt: attempt.duration(to: end)))
      } catch {
        cause = error.cause
      }
      let failure = ProviderFailure(provider: name, attempts: attempts, cause: cause)
      let elapsed = begin.duration(to: clock.now)
      guard case .retry(let wait) = policy.next(after: failure, elapsed: elapsed, fraction: fraction()) else {
        throw elapsed < policy.deadline ? failure : late(failure, allowed: policy.deadline)
      }
      do { try await clock.sleep(for: wait) } catch {
        throw ProviderFailure(provider: name, attempts: attempts, cause: .cancelled)
      }
    }
  }

  /// A failure after the whole time is over is told as such, unless part of an answer was passed on.
  private func late(_ failure: ProviderFailure, allowed: Duration) -> ProviderFailure {
    if case .transport(.timedOut) = failure.cause {
      return ProviderFailure(provider: name, attempts: failure.attempts, cause: .deadline(allowed: allowed))
    }
    return failure
  }

  // MARK: One attempt

  private struct AttemptFailure: Error {
    let cause: ProviderFailure.Cause

    init(cause: ProviderFailure.Cause) { self.cause = cause }

    init(transport failure: HTTPFailure) {
      if case .cancelled = failure { cause = .cancelled } else { cause = .transport(failure) }
    }
  }

  private func attempt(
    _ request: CompletionRequest, within remaining: Duration, onDelta: (@Sendable (String) -> Void)?
  ) async throws(AttemptFailure) -> (ChatCompletionReply, firstText: C.Instant?) {
    let isStreamed = onDelta != nil
    var http = HTTPRequest(
      .post, endpoint, headers: headers(isStreamed: isStreamed),
      body: ChatCompletionBody.bytes(request, isStreamed: isStreamed, options: configuration),
      deadlines: configuration.deadlines)
    http.deadlines.total = max(.zero, min(http.deadlines.total, remaining))
    // JSON escapes multiply a text's size, and a stream's frame around each token does so much more. A whole answer is
    // parsed at once, so its bound is also one of memory.
    http.limits.bodyBytes = (isStreamed ? 64 : 2) * max(1 << 10, min(configuration.maximumAnswerBytes, 1 << 30))
    guard let onDelta else { return (try await whole(http), nil) }
    return try await streamed(http, onDelta)
  }

  private func whole(_ request: HTTPRequest) async throws(AttemptFailure) -> ChatCompletionReply {
    let response: HTTPResponse
    do { response = try await client.send(request) } catch { throw AttemptFailure(transport: error) }
    guard (200..<300).contains(response.head.status) else { throw refusal(response.head, response.body) }
    return try reply(response.body)
  }

  private func streamed(
    _ request: HTTPRequest, _ onDelta: @Sendable (String) -> Void
  ) async throws(AttemptFailure) -> (ChatCompletionReply, firstText: C.Instant?) {
    let stream: HTTPResponseStream
    do { stream = try await client.stream(request) } catch { throw AttemptFailure(transport: error) }
    guard (200..<300).contains(stream.head.status) else {
      // The status says enough where the body breaks.
      let body = (try? await stream.prefix(upTo: Self.maximumErrorBytes)) ?? []
      await stream.finish()
      throw refusal(stream.head, body)
    }
    if stream.head.headers["content-type"]?.lowercased().hasPrefix("application/json") == true {
      return try await unstreamed(stream, request.limits.bodyBytes, onDelta)
    }
    var events = ServerSentEvents()
    var reply = ChatCompletionReply(maximumBytes: configuration.maximumAnswerBytes)
    var firstText: C.Instant?
    reading: while true {
      let bytes: [UInt8]?
      do { bytes = try await stream.next() } catch {
        throw interrupted(reply, .transport(error))
      }
      guard let bytes else { break }
      do {
        for event in try events.append(bytes) {
          if event.data == "[DONE]" { break reading }
          let new = try reply.take(Array(event.data.utf8), part: "delta")
          guard !new.isEmpty else { continue }
          if firstText == nil { firstText = clock.now }
          onDelta(new)
          // What has come already would be passed on to nobody.
          if Task.isCancelled { throw AttemptFailure(cause: .cancelled) }
        }
      } catch let failure as AttemptFailure {
        throw failure
      } catch let failure as ChatCompletionReply.Failure {
        throw interrupted(reply, failure.interruption)
      } catch {
        throw interrupted(reply, .malformed(reason: "an event larger than allowed"))
      }
    }
    await stream.finish()
    guard reply.finishReason != nil else { throw interrupted(reply, .ended) }
    return (reply, firstText)
  }

  /// A server that does not stream although it was asked to: its whole answer is one piece.
  private func unstreamed(
    _ stream: HTTPResponseStream, _ limit: Int, _ onDelta: @Sendable (String) -> Void
  ) async throws(AttemptFailure) -> (ChatCompletionReply, firstText: C.Instant?) {
    let body: [UInt8]
    do { body = try await stream.prefix(upTo: limit) } catch { throw AttemptFailure(transport: error) }
    let reply = try reply(body)
    guard !reply.text.isEmpty else { return (reply, nil) }
    let now = clock.now
    onDelta(reply.text)
    return (reply, now)
  }

  private func reply(_ body: [UInt8]) throws(AttemptFailure) -> ChatCompletionReply {
    var reply = ChatCompletionReply(maximumBytes: configuration.maximumAnswerBytes)
    do { _ = try reply.take(body, part: "message") } catch {
      switch error {
      case .error(let code): throw AttemptFailure(cause: .refused(status: 200, error: code))
      case .malformed(let reason): throw AttemptFailure(cause: .malformed(reason: reason))
      }
    }
    return reply
  }

  // MARK: What failures mean

  private static var maximumErrorBytes: Int { 64 << 10 }

  private func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> AttemptFailure {
    let error = ProviderErrorCode(body: try? JSONReader.read(Array(body.prefix(Self.maximumErrorBytes))))
    return refusal(status: head.status, error, retryAfter: RetryAfter.wait(head.headers, now: wallClock()))
  }

  private func refusal(status: Int, _ error: ProviderErrorCode, retryAfter: Duration?) -> AttemptFailure {
    switch status {
    case 408, 409, 425, 429, 500, 502, 503, 504, 520...529:
      AttemptFailure(cause: .overloaded(status: status, error: error, retryAfter: retryAfter))
    default:
      AttemptFailure(cause: .refused(status: status, error: error))
    }
  }

  /// Before the first text a stream's failure is an ordinary one; afterwards it says how much had been passed on.
  private func interrupted(
    _ reply: ChatCompletionReply, _ reason: ProviderFailure.Interruption
  ) -> AttemptFailure {
    if case .transport(let failure) = reason, failure.kind == .cancelled { return AttemptFailure(transport: failure) }
    if reply.pieces > 0 { return AttemptFailure(cause: .interrupted(afterTokens: reply.pieces, reason: reason)) }
    switch reason {
    case .transport(let failure): return AttemptFailure(transport: failure)
    case .error(let code):
      // Such an error comes after status 200; its code is often the status that it would have had.
      guard let status = code.code.flatMap({ Int($0) }) else {
        return AttemptFailure(cause: .overloaded(status: 200, error: code, retryAfter: nil))
      }
      return refusal(status: status, code, retryAfter: nil)
    case .ended: return AttemptFailure(cause: .malformed(reason: "a stream without text or finish reason"))
    case .malformed(let reason): return AttemptFailure(cause: .malformed(reason: reason))
    }
  }

  private func headers(isStreamed: Bool) -> [HTTPHeader] {
    var headers = configuration.headers
    headers.append(HTTPHeader("Content-Type", "application/json"))
    headers.append(HTTPHeader("Accept", isStreamed ? "text/event-stream" : "application/json"))
    if let key = configuration.key { headers.append(HTTPHeader("Authorization", "Bearer \(key.revealed)")) }
    return headers
  }
}
