import Glibc
import Synchronization
import Testing
import WeirDomain
import WeirHTTP

@testable import WeirProviders

/// Against a real server that speaks chat completions; `Tools/Checks/remote/run` starts one and sets the environment.
@Suite("A provider before a real server", .serialized)
struct RemoteServerTests {
  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Up to `/v1`.
  private static let url = environment("WEIR_REMOTE_URL")
  private static let model = environment("WEIR_REMOTE_MODEL") ?? "weir-check"
  /// `up` or `down`: whether the server is meant to run.
  private static let state = environment("WEIR_REMOTE_STATE") ?? "up"
  /// What the server gives for a model that it does not have: `answer` or `refusal`.
  private static let unknownModel = environment("WEIR_REMOTE_UNKNOWN_MODEL") ?? "answer"
  private static let isUp = url != nil && state == "up"
  private static let isDown = url != nil && state == "down"

  private func with(
    _ body: (RemoteProvider<OpenAICodec, ContinuousClock>, HTTPClient, HTTPURL) async throws -> Void
  ) async throws {
    let url = try HTTPURL(try #require(Self.url))
    let client = try HTTPClient(HTTPClientConfiguration(usesEnvironmentProxy: false))
    let endpoint = Endpoint(name: "real", baseURL: url, key: Self.environment("WEIR_REMOTE_KEY").map { Secret($0) })
    let provider = try RemoteProvider(
      OpenAICodec(),
      RemoteProviderConfiguration(
        name: "real", endpoints: [endpoint], retry: RetryPolicy(base: .milliseconds(10))),
      client: client)
    try await body(provider, client, url)
    await client.shutdown()
  }

  private func request(_ prompt: String, stop: [String] = []) -> CompletionRequest {
    CompletionRequest(
      messages: [ChatMessage(role: .user, content: prompt)],
      settings: ModelSettings(model: Self.model, maxTokens: 12, temperature: 0, seed: 1, stop: stop))
  }

  @Test(.enabled(if: isUp)) func `keeps what every answerer keeps`() async throws {
    try await with { provider, _, _ in
      try await RemoteAnswererConformance.check(provider, model: Self.model)
    }
  }

  @Test(.enabled(if: isUp)) func `tells usage, streamed and whole`() async throws {
    try await with { provider, _, _ in
      let whole = try await provider.complete(request("Once upon a time"))
      let pieces = Mutex(0)
      let streamed = try await provider.complete(request("Once upon a time")) { _ in pieces.withLock { $0 += 1 } }
      print("whole \(whole.usage), streamed \(streamed.usage) in \(pieces.withLock { $0 }) pieces, \(whole.model)")
      print("whole \(whole.timings), streamed \(streamed.timings), \(whole.finishReason)")
      #expect(!whole.usage.isEstimated)
      #expect(whole.usage.completion <= 13)
      // No equality: LiteLLM counts for itself what the server behind it does not tell in a stream.
      #expect(streamed.usage.prompt > 0 && streamed.usage.completion > 0)
    }
  }

  @Test(.enabled(if: isUp)) func `ends before a stop text`() async throws {
    try await with { provider, _, _ in
      let long = try await provider.complete(request("Once upon a time"))
      let letters = Array(long.text)
      try #require(letters.count > 4)
      let stop = String(letters[2...3])
      let short = try await provider.complete(request("Once upon a time", stop: [stop]))
      #expect(!short.text.contains(stop))
      #expect(short.text.count < long.text.count)
      #expect(short.finishReason == .stop)
    }
  }

  @Test(.enabled(if: isUp)) func `uses one connection for many requests`() async throws {
    try await with { provider, client, url in
      for _ in 0..<3 {
        _ = try await provider.complete(request("a"))
        _ = try await provider.complete(request("a")) { _ in }
      }
      #expect(Self.connections(to: url.port) == 1)
      let models = try await client.send(HTTPRequest(.get, url.appending(path: "models")))
      #expect(models.facts.reusedConnection)
    }
  }

  @Test(.enabled(if: isUp)) func `tells what the server refuses`() async throws {
    try await with { provider, _, _ in
      let tooLong = String(repeating: "many words ", count: 20_000)
      do throws(ProviderFailure) {
        _ = try await provider.complete(request(tooLong))
        Issue.record("the server took \(tooLong.utf8.count) bytes into a small window")
      } catch {
        print("too long a prompt: \(error.message)")
        #expect(error.kind == .badRequest || error.kind == .unavailable)
        #expect(!error.message.contains("many words"))
      }
      var unknown = request("a")
      unknown.settings.model = "no-such-model"
      do throws(ProviderFailure) {
        let answer = try await provider.complete(unknown)
        print("an unknown model: answered as \(answer.model)")
        #expect(Self.unknownModel == "answer")
      } catch {
        print("an unknown model: \(error.message)")
        #expect(Self.unknownModel == "refusal")
        #expect(error.consequence == .refused)
      }
    }
  }

  @Test(.enabled(if: isUp)) func `stops the server's work when the task is cancelled`() async throws {
    try await with { provider, _, _ in
      var long = request("Once upon a time")
      long.settings.maxTokens = 400
      let asked = long
      let running = Task {
        try await provider.complete(asked) { _ in unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() } }
      }
      let failure = await #expect(throws: ProviderFailure.self) { try await running.value }
      #expect(failure?.cause == .cancelled)
      // The server serves the next one.
      _ = try await provider.complete(request("a"))
    }
  }

  @Test(.enabled(if: isDown)) func `says that the link is down once the server is gone`() async throws {
    try await with { provider, _, _ in
      let failure = await #expect(throws: ProviderFailure.self) { try await provider.complete(request("a")) }
      print("a server that is gone: \(failure?.message ?? "")")
      #expect(failure?.consequence == .linkDown)
      #expect(failure?.attempts == 3)
    }
  }

  /// How many connections to a port of this host are open, as the kernel tells.
  private static func connections(to port: Int) -> Int {
    guard let file = unsafe fopen("/proc/self/net/tcp", "r") else { return 0 }
    defer { _ = unsafe fclose(file) }
    var buffer = [CChar](repeating: 0, count: 512)
    var count = 0
    let digits = String(port, radix: 16, uppercase: true)
    let remote = ":" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    while unsafe fgets(&buffer, Int32(buffer.count), file) != nil {
      let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let columns = line.split(separator: " ")
      // Columns: slot, local, remote, state; 01 is established.
      if columns.count > 3, columns[2].hasSuffix(remote), columns[3] == "01" { count += 1 }
    }
    return count
  }
}
