import Synchronization
import Testing
import WeirDomain
import WeirHTTP
import WeirLedger
import WeirProviders
import WeirTestSupport

@testable import WeirRouting

/// A stream that fails on its way, in the shapes in which streams do: before the first token, after some, and by silence.
@Suite("A streamed route", .serialized)
struct RouterStreamTests {
  private let base = RouterTests()

  private static func event(_ piece: String, of member: String = "content", finish: Bool = false) -> String {
    var json = JSONWriter()
    json.beginObject()
    json.beginArray("choices")
    json.beginObject()
    json.beginObject("delta")
    json.add(member, piece)
    json.endObject()
    json.add("finish_reason", finish ? "stop" : nil)
    json.endObject()
    json.endArray()
    json.endObject()
    return "data: \(json.text)\n\n"
  }

  private static func pieces(_ texts: String...) -> [LoopbackServer.Step] {
    [.chunkedHead()] + texts.map { .chunk(event($0)) }
  }

  private struct Outcome {
    var reply: RouteReply
    var pieces: [String]
    /// Requests that reached the second model.
    var second: Int
    var spent: Money
  }

  /// The first model is a server that does `steps`; the second one answers "second".
  private func route(_ steps: [LoopbackServer.Step], passesDeadline: Bool = false) async throws -> Outcome {
    let server = try LoopbackServer { _ in steps }
    defer { server.stop() }
    let client = try HTTPClient(HTTPClientConfiguration(usesEnvironmentProxy: false))
    let first = try RemoteProvider(
      OpenAICodec(),
      RemoteProviderConfiguration(
        name: "first", endpoints: [Endpoint(name: "first", baseURL: try HTTPURL(server.url + "/v1"), key: nil)],
        deadlines: HTTPDeadlines(firstByte: .milliseconds(300), idle: .milliseconds(300), total: .seconds(5)),
        retry: RetryPolicy(maximumAttempts: 1)),
      client: client, clock: ContinuousClock(), fraction: { 0.5 }, wallClock: { Timestamp(milliseconds: 0) })
    let second = ScriptedAnswerer(name: "second", answers: "sec", "ond")
    let store = try base.store()
    let time = Mutex<Int64>(0)
    let router = try base.router(
      store: store, local: nil,
      remotes: [
        .init(tier: .standard, model: "big", answerer: first), .init(tier: .standard, model: "big", answerer: second),
      ],
      errorBudget: 0.001, whenUnanswered: .keepForLater, monotonic: { time.withLock { $0 } })
    let pieces = Mutex<[String]>([])
    var request = base.request(RouterTests.beyond)
    request.deadlineMilliseconds = 60_000
    let reply = await router.route(request) { delta in
      pieces.withLock { $0.append(delta.text ?? "?") }
      if passesDeadline { time.withLock { $0 += 90_000_000_000 } }
    }
    await client.shutdown()
    let report = try LedgerReport.make(LedgerReport.Query(), from: store)
    #expect(report.total.requests == 1)
    #expect(report.total.cost == reply.cost)
    return Outcome(
      reply: reply, pieces: pieces.withLock { $0 }, second: second.requests.count, spent: report.total.cost)
  }

  @Test func `it passes on what comes`() async throws {
    let found = try await route(
      Self.pieces("one", " two") + [.chunk(Self.event("", finish: true)), .chunk("data: [DONE]\n\n"), .lastChunk])
    #expect(found.pieces == ["one", " two"])
    #expect(found.reply.answer == "one two" && found.second == 0)
  }

  @Test(arguments: [
    [LoopbackServer.Step.reset], [.close], [.stall], [.chunkedHead(), .reset], [.chunkedHead(), .stall],
    [.chunkedHead(), .chunk(Self.event("")), .close], [.chunkedHead(), .chunk(Self.event(" \n")), .stall],
    [.chunkedHead(), .chunk("data: {\"error\":{\"code\":\"500\"}}\n\n"), .lastChunk], [.answer(503, "{}")],
  ])
  func `what fails before the first piece is answered by the next model`(steps: [LoopbackServer.Step]) async throws {
    let found = try await route(steps)
    #expect(found.pieces == ["sec", "ond"])
    #expect(found.reply.answer == "second" && found.second == 1)
  }

  @Test(arguments: [
    Self.pieces("one", " two") + [LoopbackServer.Step.reset], Self.pieces("one", " two") + [.close],
    Self.pieces("one", " two") + [.stall], Self.pieces("one", " two") + [.chunk("data: {nonsense\n\n"), .lastChunk],
    Self.pieces("one", " two") + [.lastChunk],
    Self.pieces("one", " two") + [.chunk("data: {\"error\":{\"code\":\"500\"}}\n\n"), .lastChunk],
  ])
  func `what fails after some pieces ends with an error, is answered by nobody else, and is paid for`(
    steps: [LoopbackServer.Step]
  ) async throws {
    let found = try await route(steps)
    #expect(found.pieces == ["one", " two"])
    #expect(found.second == 0)
    guard case .failed(let error) = found.reply.outcome else {
      Issue.record("found \(found.reply.outcome)")
      return
    }
    #expect(error.code == "stream_interrupted" && !error.message.contains("two"))
    #expect(found.spent > .zero)
  }

  @Test func `reasoning that leads to no text is answered by nobody else either`() async throws {
    let found = try await route([
      .chunkedHead(), .chunk(Self.event("let me think", of: "reasoning_content")), .chunk(Self.event("", finish: true)),
      .chunk("data: [DONE]\n\n"), .lastChunk,
    ])
    #expect(found.pieces == ["?"])
    #expect(found.second == 0)
    guard case .failed(let error) = found.reply.outcome else {
      Issue.record("found \(found.reply.outcome)")
      return
    }
    #expect(error.code == "stream_interrupted" && !error.message.contains("think"))
    #expect(found.spent > .zero)
  }

  @Test func `a stream that stalls past the deadline is still named as interrupted`() async throws {
    let found = try await route(Self.pieces("one", " two") + [.stall], passesDeadline: true)
    guard case .failed(let error) = found.reply.outcome else {
      Issue.record("found \(found.reply.outcome)")
      return
    }
    #expect(error.code == "stream_interrupted" && found.second == 0)
  }

  @Test func `a stored or local answer comes in pieces too`() async throws {
    let store = try base.store()
    let router = try base.router(store: store)
    for expected in [Tier.generator, .exact] {
      let pieces = Mutex("")
      let reply = await router.route(base.request(RouterTests.inScope)) { delta in
        pieces.withLock { $0 += delta.text ?? "?" }
      }
      #expect(reply.tier == expected)
      #expect(pieces.withLock { $0 } == reply.answer)
    }
  }
}
