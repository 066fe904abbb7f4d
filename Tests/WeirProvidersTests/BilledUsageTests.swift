import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("What is booked of attempts that gave no answer")
struct BilledUsageTests {
  /// 8 tokens by the family's table.
  private let prompt = Scene.request.promptTokens

  private func failure(
    isStreamed: Bool = false, deadlines: HTTPDeadlines = HTTPDeadlines(total: .seconds(5)),
    retry: RetryPolicy = RetryPolicy(),
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> [LoopbackServer.Step]
  ) async throws -> ProviderFailure {
    var found: ProviderFailure?
    try await Scene.with(answer) { scene in
      let provider = try scene.provider(deadlines: deadlines, retry: retry)
      let ignore: @Sendable (CompletionDelta) -> Void = { _ in }
      found = await #expect(throws: ProviderFailure.self) {
        try await provider.complete(Scene.request, onDelta: isStreamed ? ignore : nil)
      }
    }
    return try #require(found)
  }

  @Test(arguments: [400, 401, 429, 500, 529])
  func `nothing of a refusal`(status: Int) async throws {
    let found = try await failure { _ in [.answer(status, "{}")] }
    #expect(found.usage == .zero)
  }

  @Test func `nothing where nobody answered, or no model did`() async throws {
    let port = try SilentPort(.refusing)
    defer { port.close() }
    try await Scene.with { _ in
      []
    } body: { scene in
      let provider = try scene.provider(at: port.url)
      let found = await #expect(throws: ProviderFailure.self) { try await provider.complete(Scene.request) }
      #expect(found?.usage == .zero)
    }
    for steps in [[LoopbackServer.Step.reset], [.close], [.answer(200, "<html>")]] {
      #expect(try await failure { _ in steps }.usage == .zero)
    }
  }

  @Test func `the prompt where an answer had begun, and what came of it`() async throws {
    let cut = try await failure { _ in
      [.text("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + String(repeating: "x", count: 700)), .close]
    }
    #expect(cut.usage == TokenUsage(prompt: prompt, completion: 100, isEstimated: true))
    let late = try await failure(deadlines: HTTPDeadlines(firstByte: .milliseconds(60))) { _ in [.stall] }
    #expect(late.usage == TokenUsage(prompt: prompt, completion: 0, isEstimated: true))
  }

  @Test func `an answer above the allowed size, told or not`() async throws {
    let long = String(repeating: "word ", count: 2_000)
    try await Scene.with { request in
      [Scene.whole(String(repeating: long, count: request.ordinal == 0 ? 1 : 3))]
    } body: { scene in
      let provider = try scene.provider(maximumAnswerBytes: 8_000)
      // More than allowed of text, and more than a whole body may have.
      for completion in [1_500...4_000, 3_500...4_500] {
        let found = await #expect(throws: ProviderFailure.self) { try await provider.complete(Scene.request) }
        let usage = try #require(found).usage
        #expect(usage.prompt == prompt && usage.isEstimated && completion.contains(usage.completion), "\(usage)")
      }
      var limited = Scene.request
      limited.settings.maxTokens = 100
      let found = await #expect(throws: ProviderFailure.self) { try await provider.complete(limited) }
      #expect(found?.usage.completion == 100)
    }
  }

  @Test func `an answer that is no UTF-8 is none, and its usage counts`() async throws {
    let openAI = #"{"choices":[{"message":{"content":"a~"}}],"usage":{"prompt_tokens":7,"completion_tokens":5}}"#
    let anthropic = #"{"content":[{"type":"text","text":"a~"}],"usage":{"input_tokens":7,"output_tokens":5}}"#
    func taken(_ reply: some ProviderReply, _ text: String) throws -> TokenUsage {
      var reply = reply
      let broken = text.utf8.map { $0 == UInt8(ascii: "~") ? 0xFF : $0 }
      #expect(throws: ReplyFailure.malformed("no UTF-8")) { try reply.take(whole: broken) }
      return reply.content.usage(for: Scene.request)
    }
    let told = TokenUsage(prompt: 7, completion: 5)
    #expect(try taken(OpenAIReply(maximumBytes: 1_000), openAI) == told)
    #expect(try taken(AnthropicReply(maximumBytes: 1_000), anthropic) == told)
  }

  @Test func `the text of a stream that broke off, or more where the provider said so`() async throws {
    let pieces = (0..<20).map { "word\($0) " }
    let begun: [LoopbackServer.Step] = [.chunkedHead()] + pieces.map { .chunk(Scene.event($0)) }
    let cut = try await failure(isStreamed: true) { _ in begun + [.close] }
    #expect(cut.usage.prompt == prompt && cut.usage.isEstimated)
    #expect((20...80).contains(cut.usage.completion))
    let told = #"data: {"choices":[],"usage":{"prompt_tokens":70,"completion_tokens":500}}"# + "\n\n"
    let known = try await failure(isStreamed: true) { _ in begun + [.chunk(told), .close] }
    #expect(known.usage == TokenUsage(prompt: 70, completion: 500))
    let early = #"data: {"choices":[],"usage":{"prompt_tokens":70,"completion_tokens":1}}"# + "\n\n"
    let partial = try await failure(isStreamed: true) { _ in [begun[0], .chunk(early)] + begun.dropFirst() + [.close] }
    #expect(partial.usage == TokenUsage(prompt: 70, completion: cut.usage.completion, isEstimated: true))
  }

  @Test func `every attempt that was answered in part, beside the answer at last`() async throws {
    let told = #"data: {"choices":[],"usage":{"prompt_tokens":70,"completion_tokens":0}}"# + "\n\n"
    try await Scene.with { request in
      request.ordinal < 2
        ? [.chunkedHead(), .chunk(told), .chunk(#"data: {"error":{"code":503}}"# + "\n\n"), .lastChunk]
        : Scene.stream(["x"], usage: (71, 1))
    } body: { scene in
      let answer = try await scene.provider().complete(Scene.request) { _ in }
      #expect(answer.usage == TokenUsage(prompt: 71, completion: 1))
      #expect(answer.wasted == TokenUsage(prompt: 140, completion: 0))
      #expect(answer.attempts == 3)
    }
  }

  @Test func `nothing where the caller stopped before the connection stood`() async throws {
    let port = try SilentPort(.deaf)
    defer { port.close() }
    try await Scene.with { _ in
      []
    } body: { scene in
      let provider = try scene.provider(at: port.url)
      let task = Task { try await provider.complete(Scene.request) }
      // sleeps because the connection has to be in the making
      try await Task.sleep(for: .milliseconds(100))
      task.cancel()
      let found = await #expect(throws: ProviderFailure.self) { try await task.value }
      #expect(found?.cause == .cancelled && found?.usage == .zero)
    }
  }

  @Test func `what was read before the caller stopped`() async throws {
    try await Scene.with { _ in
      Scene.stream(["a ", "b ", "c "], usage: (70, 3))
    } body: { scene in
      let provider = try scene.provider()
      let task = Task {
        try await provider.complete(Scene.request) { _ in unsafe withUnsafeCurrentTask { task in unsafe task?.cancel() }
        }
      }
      let found = await #expect(throws: ProviderFailure.self) { try await task.value }
      #expect(found?.cause == .cancelled)
      #expect(found.map { $0.usage.prompt > 0 && $0.usage.completion > 0 && $0.usage.isEstimated } == true)
    }
  }
}
