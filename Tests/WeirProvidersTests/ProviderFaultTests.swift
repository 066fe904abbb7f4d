import Synchronization
import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("A provider before a faulty server")
struct ProviderFaultTests {
  /// The failure of one request, its text pieces, and that no message tells too much.
  private func failure(
    of provider: some RemoteAnswerer, isStreamed: Bool = false, deadline: Duration? = nil
  ) async -> (failure: ProviderFailure?, pieces: [String]) {
    let pieces = Mutex<[String]>([])
    var request = Scene.request
    request.deadline = deadline
    var failure: ProviderFailure?
    do {
      if isStreamed {
        _ = try await provider.complete(request) { delta in pieces.withLock { $0 += [delta.text].compactMap { $0 } } }
      } else {
        _ = try await provider.complete(request)
      }
    } catch { failure = error }
    if let message = failure?.message {
      #expect(!message.contains("sk-hidden") && !message.contains("PROMPT"))
      #expect(message.hasPrefix("p, "))
    }
    return (failure, pieces.withLock { $0 })
  }

  @Test(arguments: [408, 409, 425, 429, 500, 502, 503, 504, 529], [false, true])
  func `tries again when the server is busy or in trouble`(status: Int, isStreamed: Bool) async throws {
    try await Scene.with { request in
      guard request.ordinal == 2 else { return [.answer(status, "{}")] }
      return isStreamed ? Scene.stream(["x"], usage: (1, 1)) : [Scene.whole("x", usage: (1, 1))]
    } body: { scene in
      let ignore: @Sendable (CompletionDelta) -> Void = { _ in }
      let answer = try await scene.provider().complete(Scene.request, onDelta: isStreamed ? ignore : nil)
      #expect(answer.attempts == 3)
      #expect(scene.clock.sleeps == [.milliseconds(100), .milliseconds(200)])
      #expect(answer.timings.total == .milliseconds(300))
      #expect(answer.timings.lastAttempt == .zero)
    }
  }

  @Test(arguments: [400, 401, 403, 404, 413, 422, 302, 501])
  func `takes a refusal at its word`(status: Int) async throws {
    let body = #"{"error":{"message":"PROMPT text and sk-hidden","type":"bad_thing","code":"model_not_found"}}"#
    try await Scene.with { _ in
      [.answer(status, body)]
    } body: { scene in
      for isStreamed in [false, true] {
        let (failure, _) = try await failure(of: scene.provider(), isStreamed: isStreamed)
        let error = ProviderErrorCode(type: "bad_thing", code: "model_not_found")
        #expect(failure?.cause == .refused(status: status, error: error))
        #expect(failure?.consequence == .refused)
        #expect(failure?.attempts == 1)
        #expect(failure?.message.contains("model_not_found") == true)
      }
      #expect(scene.clock.sleeps.isEmpty)
    }
  }

  @Test func `keeps nothing of an error body but short safe words`() async throws {
    let bodies = [
      #"{"error":{"type":"PROMPT with spaces","code":"PROMPT\nline"}}"#,
      #"{"error":{"code":"\#(String(repeating: "P", count: 65))"}}"#,
      "PROMPT", #"{"error":"PROMPT"}"#, #"{"detail":[{"msg":"PROMPT"}]}"#, "",
    ]
    for body in bodies {
      try await Scene.with { _ in
        [.answer(400, body)]
      } body: { scene in
        let (failure, _) = try await failure(of: scene.provider())
        #expect(failure?.cause == .refused(status: 400, error: .unknown))
      }
    }
  }

  @Test func `waits as long as the server asks, and jitter on top`() async throws {
    try await Scene.with { request in
      switch request.ordinal {
      case 0: [.answer(429, "", headers: ["Retry-After: 3"])]
      case 1:
        [
          .answer(
            503, "", headers: ["Date: Thu, 01 Jan 1970 00:00:01 GMT", "Retry-After: Thu, 01 Jan 1970 00:00:08 GMT"])
        ]
      default: [Scene.whole("x")]
      }
    } body: { scene in
      _ = try await scene.provider().complete(Scene.request)
      #expect(scene.clock.sleeps == [.milliseconds(3100), .milliseconds(7200)])
    }
  }

  @Test func `gives up when the server asks for too long a wait`() async throws {
    try await Scene.with { _ in
      [.answer(429, #"{"error":{"type":"rate_limit"}}"#, headers: ["Retry-After: 3600"])]
    } body: {
      scene in
      let (failure, _) = try await failure(of: scene.provider())
      let error = ProviderErrorCode(type: "rate_limit", code: nil)
      #expect(failure?.cause == .overloaded(status: 429, error: error, retryAfter: .seconds(3600)))
      #expect(failure?.consequence == .overloaded)
      #expect(scene.server.requests.count == 1)
    }
  }

  @Test func `says that the link is down when nothing can be reached`() async throws {
    let port = try SilentPort(.refusing)
    defer { port.close() }
    try await Scene.with { _ in
      []
    } body: { scene in
      let (failure, _) = try await failure(of: scene.provider(at: port.url))
      #expect(failure?.consequence == .linkDown)
      #expect(failure?.kind == .unavailable)
      #expect(failure?.attempts == 3)
    }
  }

  @Test func `does not ask twice when the first request may have been answered`() async throws {
    for steps in [
      [LoopbackServer.Step.reset], [.close], [.text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), .close],
    ] {
      try await Scene.with { _ in
        steps
      } body: { scene in
        let (failure, _) = try await failure(of: scene.provider())
        #expect(failure?.consequence == .linkDown)
        #expect(failure?.attempts == 1)
        #expect(scene.server.requests.count == 1)
      }
    }
  }

  @Test func `takes a stream as whole that breaks after its finish reason, and counts what was not told`() async throws
  {
    let told = #"data: {"choices":[],"usage":{"prompt_tokens":70,"completion_tokens":1}}"# + "\n\n"
    for (usage, prompt) in [("", Scene.request.promptTokens), (told, 70)] {
      try await Scene.with { _ in
        [
          .chunkedHead(), .chunk(usage + Scene.event("a ")), .chunk(Scene.event("b ")), .chunk(Scene.event("c")),
          .chunk(Scene.event(nil, finish: "stop")), .close,
        ]
      } body: { scene in
        let answer = try await scene.provider().complete(Scene.request) { _ in }
        #expect(answer.text == "a b c" && answer.finishReason == .stop)
        #expect(answer.usage.prompt == prompt && answer.usage.completion >= 3 && answer.usage.isEstimated)
      }
    }
  }

  @Test func `says how much had come when a stream breaks`() async throws {
    let begun: [LoopbackServer.Step] = [
      .chunkedHead(), .chunk(Scene.event("")), .chunk(Scene.event("a")), .chunk(Scene.event("b")),
    ]
    try await Scene.with { _ in
      begun + [.close]
    } body: { scene in
      let (failure, pieces) = try await failure(of: scene.provider(), isStreamed: true)
      #expect(pieces == ["a", "b"])
      guard case .interrupted(2, .transport(.truncated)) = failure?.cause else {
        Issue.record("found \(String(describing: failure))")
        return
      }
      #expect(failure?.consequence == .interrupted)
      #expect(scene.server.requests.count == 1)
    }
    try await Scene.with { _ in
      begun + [.lastChunk]
    } body: { scene in
      let (failure, _) = try await failure(of: scene.provider(), isStreamed: true)
      #expect(failure?.cause == .interrupted(afterTokens: 2, reason: .ended))
    }
    let error = #"data: {"error":{"message":"PROMPT","code":"overloaded"}}"# + "\n\n"
    try await Scene.with { _ in
      begun + [.chunk(error), .lastChunk]
    } body: { scene in
      let (failure, _) = try await failure(of: scene.provider(), isStreamed: true)
      let code = ProviderErrorCode(type: nil, code: "overloaded")
      #expect(failure?.cause == .interrupted(afterTokens: 2, reason: .error(code)))
    }
    try await Scene.with { _ in
      begun + [.chunk("data: {PROMPT\n\n"), .lastChunk]
    } body: { scene in
      let (failure, _) = try await failure(of: scene.provider(), isStreamed: true)
      guard case .interrupted(2, .malformed) = failure?.cause else {
        Issue.record("found \(String(describing: failure))")
        return
      }
    }
  }

  @Test func `passes nothing on once its task is cancelled`() async throws {
    try await Scene.with { _ in
      Scene.stream(["a", "b", "c"], usage: (1, 3))
    } body: { scene in
      let provider = try scene.provider()
      let pieces = Mutex<[String]>([])
      let task = Task {
        try await provider.complete(Scene.request) { delta in
          pieces.withLock { $0 += [delta.text].compactMap { $0 } }
          unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
        }
      }
      let failure = await #expect(throws: ProviderFailure.self) { try await task.value }
      #expect(failure?.cause == .cancelled)
      #expect(pieces.withLock { $0 } == ["a"])
    }
  }

  @Test func `ends a stream that stalls`() async throws {
    try await Scene.with { _ in
      [.chunkedHead(), .chunk(Scene.event("a")), .stall]
    } body: { scene in
      let deadlines = HTTPDeadlines(idle: .milliseconds(60))
      let (failure, pieces) = try await failure(of: scene.provider(deadlines: deadlines), isStreamed: true)
      #expect(pieces == ["a"])
      guard case .interrupted(1, .transport(.timedOut(_, .body, _, .milliseconds(60)))) = failure?.cause else {
        Issue.record("found \(String(describing: failure))")
        return
      }
      #expect(failure?.kind == .timedOut)
    }
  }

  @Test func `does not wait for a stream that says it is done and stays open`() async throws {
    try await Scene.with { _ in
      [.chunkedHead(), .chunk(Scene.events(["a"], usage: (1, 1))), .stall]
    } body: { scene in
      let answer = try await scene.provider().complete(Scene.request) { _ in }
      #expect(answer.text == "a")
      #expect(answer.finishReason == .stop)
    }
  }

  @Test func `tries a stream again that failed before its first text`() async throws {
    let error = #"{"error":{"message":"PROMPT","code":529}}"#
    try await Scene.with { request in
      request.ordinal == 0 ? Scene.stream(raw: [error]) : Scene.stream(["x"], usage: (1, 1))
    } body: { scene in
      let answer = try await scene.provider().complete(Scene.request) { _ in }
      #expect(answer.text == "x")
      #expect(answer.attempts == 2)
    }
    try await Scene.with { _ in
      Scene.stream(raw: [#"{"error":{"code":"401"}}"#])
    } body: { scene in
      let (failure, _) = try await failure(of: scene.provider(), isStreamed: true)
      #expect(failure?.cause == .refused(status: 401, error: ProviderErrorCode(type: nil, code: "401")))
    }
  }

  @Test func `keeps the deadline of all attempts together`() async throws {
    try await Scene.with { _ in
      [.stall]
    } body: { scene in
      // The scene's clock stands still, so the deadline comes through the request's own.
      let provider = try RemoteProvider(
        OpenAICodec(),
        RemoteProviderConfiguration(
          name: "p", endpoints: [Endpoint(name: "p", baseURL: HTTPURL(scene.server.url))]), client: scene.client)
      let (failure, _) = await failure(of: provider, deadline: .milliseconds(80))
      #expect(failure?.cause == .deadline(allowed: .milliseconds(80)))
      #expect(failure?.kind == .timedOut)
    }
    try await Scene.with { _ in
      [.answer(503, "")]
    } body: { scene in
      let retry = RetryPolicy(base: .seconds(200), cap: .seconds(1000), deadline: .seconds(1000))
      let (failure, _) = try await failure(of: scene.provider(retry: retry), deadline: .seconds(250))
      #expect(failure?.cause == .overloaded(status: 503, error: .unknown, retryAfter: nil))
      #expect(scene.clock.sleeps == [.seconds(100)])
    }
  }

  @Test func `refuses what is no chat completion`() async throws {
    for body in ["", "<html>", "[]", "{}", #"{"choices":[]}"#, #"{"choices":"PROMPT"}"#] {
      try await Scene.with { _ in
        [.answer(200, body)]
      } body: { scene in
        let (failure, _) = try await failure(of: scene.provider())
        guard case .malformed = failure?.cause else {
          Issue.record("\(body): found \(String(describing: failure))")
          return
        }
      }
    }
  }

  @Test func `takes an answer without text as an empty one`() async throws {
    let body = #"{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}"#
    try await Scene.with { _ in
      [.answer(200, body)]
    } body: { scene in
      let answer = try await scene.provider().complete(Scene.request)
      #expect(answer.text.isEmpty)
      #expect(answer.finishReason == .contentFilter)
    }
  }

  @Test func `gives one answer or one error for each of many requests, whatever the server does`() async throws {
    try await Scene.with { request in
      switch request.ordinal % 8 {
      case 0: [.reset]
      case 1: [.text("garbage\r\n\r\n"), .close]
      case 2: [.answer(429, "")]
      case 3: [.text("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), .close]
      case 4: [.stall]
      case 5: [.answer(500, "")]
      case 6: [.answer(200, "{")]
      default: [Scene.whole("x", usage: (1, 1))]
      }
    } body: { scene in
      let provider = try scene.provider(deadlines: HTTPDeadlines(firstByte: .milliseconds(500)))
      let outcomes = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<200 {
          group.addTask {
            do throws(ProviderFailure) {
              return try await provider.complete(Scene.request).text == "x"
            } catch {
              return false
            }
          }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
      }
      #expect(outcomes.count == 200)
      #expect(outcomes.contains(true) && outcomes.contains(false))
    }
  }
}
