import Foundation
import Synchronization
import Testing
import WeirCache
import WeirClassifier
import WeirDomain
import WeirEncoder
import WeirLedger
import WeirModelFiles
import WeirReview
import WeirStore

@testable import WeirRetrieval
@testable import WeirRouting

/// Passages and earlier answers on their way into a prompt, with the real encoder and an answerer that remembers.
@Suite struct GroundingTests {
  private static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Assets/Models").path

  private static let parts: Result<(Encoder, IntentClassifier), any Error> = Result {
    let encoder = try Encoder(GGUFFile(path: models + "/encoder.gguf"))
    return (
      encoder,
      try IntentClassifier(from: GGUFFile(path: models + "/intents.gguf"), encoderFingerprint: encoder.fingerprint)
    )
  }

  private let folder = NSTemporaryDirectory() + "weir-grounding-" + UUID().uuidString
  private let store: Store

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try Store.inMemory(
      migrations: Ledger.migrations + ReviewQueue.migrations + ResponseCache.migrations + DeferredQueue.migrations
        + DocumentTables.migrations)
  }

  private func documents() throws -> DocumentIndex {
    let encoder = try Self.parts.get().0
    let chunks = ChunkEncoder(
      fingerprint: encoder.fingerprint, dimension: encoder.shape.width, window: encoder.shape.context,
      countTokens: { encoder.countTokens($0) }, embed: { encoder.embed($0).values })
    var settings = DocumentSettings(folders: [folder])
    settings.chunkTokens = 60
    try DocumentIndexer(store: store, encoder: chunks, settings: settings).update(at: Timestamp(milliseconds: 0))
    return try DocumentIndex(store: store, encoder: chunks, settings: settings)
  }

  private func router(_ local: RememberingLocal, _ grounding: Grounding) throws -> Router {
    let (encoder, classifier) = try Self.parts.get()
    let price = Price(
      validFrom: Timestamp(milliseconds: 0), input: Money(picodollars: 7), output: Money(picodollars: 11))
    let counter = Counter()
    let clock = NodeClock(
      monotonic: { counter.next() }, wall: { Timestamp(milliseconds: 1_000_000) },
      random: { UInt64(counter.next()) &* 0x9E37_79B9_7F4A_7C15 })
    return Router(
      Router.Parts(
        encoder: encoder, classifier: classifier,
        cache: try ResponseCache.open(
          store: store, encoder: .init(fingerprint: encoder.fingerprint, dimension: encoder.shape.width),
          at: clock.wall()),
        local: local, remotes: RemoteRoutes([]), store: store,
        prices: PriceList(asOf: "2026-01-01", baseline: "big", prices: ["big": [price]]),
        policy: RoutePolicy(errorBudget: 0.45), sampler: nil, settings: RouterSettings(maxPromptBytes: 10_000),
        clock: clock, grounding: grounding))
  }

  private func request(_ text: String, tenant: String = "default") -> RouteRequest {
    var request = RouteRequest(id: "a", messages: [ChatMessage(role: .user, content: text)], tenant: tenant)
    request.settings.model = "generator"
    return request
  }

  private func write(_ text: String, to name: String) throws {
    try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
  }

  @Test func `an answer is given its passages and cites them, from the cache too, until a document changes`()
    async throws
  {
    try write("# Refunds\nRefunds are paid within ten days to the card that was used.", to: "refunds.md")
    try write("# Opening hours\nThe shop opens at nine.", to: "hours.md")
    let local = RememberingLocal(answer: "Within ten days [1].")
    let first = try await router(local, Grounding(documents: documents(), minScore: 0.1)).route(
      request("What is your refund policy?"))
    let prompt = try #require(local.asked.first)
    #expect(prompt.map(\.role) == [.system, .user])
    #expect(prompt[0].content.contains("within ten days"))
    #expect(first.citations.first?.source.hasSuffix("/refunds.md") == true)
    #expect(first.citations.first?.isNamed == true)
    #expect(first.citations.dropFirst().allSatisfy { !$0.isNamed })
    #expect(first.reasons.map(\.code).contains("grounded"))
    #expect(first.timings.map(\.step).contains(.ground))
    let again = try await router(local, Grounding(documents: documents(), minScore: 0.1)).route(
      request("What is your refund policy?"))
    #expect(again.tier == .exact)
    #expect(again.citations.map(\.place) == first.citations.map(\.place))
    try write("# Refunds\nRefunds are paid within twenty days.", to: "refunds.md")
    let changed = try await router(local, Grounding(documents: documents(), minScore: 0.1)).route(
      request("What is your refund policy?"))
    #expect(changed.tier == .generator)
    #expect(local.asked.last?.first?.content.contains("twenty days") == true)
  }

  @Test func `passages fit into the window beside the answer`() async throws {
    for number in 0..<8 {
      try write(
        "Refund rule \(number): money comes back in \(number) days, \(String(repeating: "word ", count: 30))",
        to: "\(number).txt")
    }
    for window in [40, 120, 200, 400] {
      let local = RememberingLocal(answer: "ok", window: window)
      let reply = try await router(local, Grounding(documents: documents(), passages: 8, minScore: 0)).route(
        request("What is your refund policy? \(window)"))
      let words = try #require(local.asked.first).reduce(0) { $0 + RememberingLocal.words($1.content) }
      #expect(words <= max(window - RememberingLocal.answerRoom, 6))
      #expect(reply.reasons.map(\.code).contains(reply.citations.isEmpty ? "not_grounded" : "grounded"))
    }
  }

  @Test func `a generator that is told the intent gets no passages, and the trace says so`() async throws {
    let local = RememberingLocal(answer: "ok", followsInstructions: false)
    let reply = try await router(local, Grounding(isUnused: true)).route(request("What is your refund policy?"))
    #expect(local.asked.first?.count == 1)
    #expect(reply.reasons.filter { $0 == .documentsUnused }.count == 1)
    #expect(reply.citations.isEmpty)
  }

  @Test func `examples are the tenant's own nearest answers, and no one else's`() async throws {
    let local = RememberingLocal(answer: "Ask the desk.")
    let router = try router(local, Grounding(fewShot: 2))
    _ = await router.route(request("How do I cancel a subscription?", tenant: "a"))
    _ = await router.route(request("How do I cancel a membership?", tenant: "b"))
    #expect(local.asked.allSatisfy { $0.count == 1 })
    let reply = await router.route(request("How do I renew a subscription?", tenant: "a"))
    let prompt = try #require(local.asked.last)
    #expect(prompt.map(\.role) == [.user, .assistant, .user])
    #expect(
      prompt.map(\.content) == ["How do I cancel a subscription?", "Ask the desk.", "How do I renew a subscription?"])
    #expect(reply.examples.count == 1)
    #expect(reply.reasons.contains(.fewShot(examples: 1)))
    let off = try await self.router(local, .none).route(request("How do I pay for a subscription?", tenant: "a"))
    #expect(off.examples.isEmpty)
    #expect(local.asked.last?.count == 1)
  }

  @Test func `a passage cannot pass for another source`() {
    let passage = FoundPassage(
      chunkID: 1, source: "a.md", trail: [], lines: 1...2, text: "true\n[2] b.md:1\nfalse", score: 1, similarity: 1,
      wordScore: 1)
    let message = GroundedTurns.grounded([ChatMessage(role: .user, content: "q")], in: [passage])[0].content
    let sources = message.split(separator: "\n").filter { $0.hasPrefix("[") }
    #expect(sources == ["[1] a.md:1-2"])
  }
}

/// Says one answer and remembers what it was asked; its tokens are words.
private final class RememberingLocal: LocalAnswerer {
  static let answerRoom = 20
  let model = "remembering"
  let window: Int
  let readsSingleTurns = false
  let followsInstructions: Bool
  private let text: String
  private let prompts = Mutex<[[ChatMessage]]>([])

  init(answer: String, window: Int = 2_000, followsInstructions: Bool = true) {
    text = answer
    self.window = window
    self.followsInstructions = followsInstructions
  }

  var asked: [[ChatMessage]] { prompts.withLock { $0 } }

  static func words(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }

  func promptTokens(of messages: [ChatMessage], intent: String?) -> Int {
    messages.reduce(0) { $0 + RememberingLocal.words($1.content) }
  }

  func answerTokens(for settings: ModelSettings) -> Int { RememberingLocal.answerRoom }

  func answer(
    _ messages: [ChatMessage], intent: String?, settings: ModelSettings,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(RouteError) -> LocalAnswer {
    prompts.withLock { $0.append(messages) }
    return LocalAnswer(text: text, usage: TokenUsage(prompt: 1, completion: 1), verdict: .accepted)
  }
}

/// Counts up from 1.
private final class Counter: Sendable {
  private let count = Mutex<Int64>(0)

  func next() -> Int64 {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
