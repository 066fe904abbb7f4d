import Foundation
import Testing
import WeirDomain
import WeirFiles
import WeirHTTP
import WeirRouting
import WeirTestSupport

@testable import WeirAssembly

@Suite("A webhook", .serialized)
struct WebhookTests {
  private static let reply: RouteReply = {
    var random = SeededRandom(seed: 7)
    let answer = DeferredQueue.Answer(
      id: ULID(at: Timestamp(milliseconds: 9), using: &random), text: "the \"secret\" answer", tier: .premium,
      model: "big", isStale: true)
    return RouteReply(.init(sequence: 3, tenant: "t", requestID: "r1", answer: answer))
  }()

  private func push(_ server: LoopbackServer, key: [UInt8]?) async throws {
    let client = try HTTPClient(HTTPClientConfiguration(usesEnvironmentProxy: false))
    let clock = NodeClock(
      monotonic: { 0 }, wall: { Timestamp(milliseconds: 1_700_000_000_500) }, random: { 1 })
    let webhook = Webhook(url: try HTTPURL(server.url + "/hook?k=hidden"), key: key, client: client, clock: clock)
    do {
      try await webhook.push(Self.reply)
    } catch {
      await client.shutdown()
      throw error
    }
    await client.shutdown()
  }

  @Test func `posts the answer with its id, its time and a signature over all of them`() async throws {
    let server = try LoopbackServer { _ in [.answer(204, "")] }
    defer { server.stop() }
    try await push(server, key: Array("s3cret".utf8))
    let request = try #require(server.requests.first)
    let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
    #expect(body["answer"] as? String == "the \"secret\" answer")
    #expect(body["id"] as? String == "r1" && body["tenant"] as? String == "t" && body["stale"] as? Bool == true)
    let id = Self.reply.traceID.description
    #expect(request.headers["webhook-id"] == id && request.headers["webhook-timestamp"] == "1700000000")
    let code = MessageCode.sha256(
      key: Array("s3cret".utf8), message: Array("\(id).1700000000.".utf8) + request.body)
    #expect(request.headers["webhook-signature"] == "v1," + Data(code).base64EncodedString())
  }

  @Test func `without a secret it is not signed`() async throws {
    let server = try LoopbackServer { _ in [.answer(200, "")] }
    defer { server.stop() }
    try await push(server, key: nil)
    #expect(server.requests.first?.headers["webhook-signature"] == nil)
  }

  @Test(arguments: [301, 400, 404, 410, 500])
  func `any other status is a failure that names neither the text nor the path`(status: Int) async throws {
    let server = try LoopbackServer { _ in [.answer(status, "no")] }
    defer { server.stop() }
    let failure = await #expect(throws: Webhook.Failure.self) { try await push(server, key: nil) }
    #expect(failure == .status(status))
    let message = failure?.message ?? ""
    #expect(!message.contains("secret") && !message.contains("hidden") && !message.contains("hook?"))
  }

  @Test func `a receiver that is gone is a failure too`() async throws {
    let server = try LoopbackServer { _ in [.reset] }
    defer { server.stop() }
    let failure = await #expect(throws: Webhook.Failure.self) { try await push(server, key: nil) }
    #expect(failure?.message.contains("hidden") == false)
  }

  @Test func `a secret of the standard's form is base64`() {
    #expect(Webhook.key("plain") == Array("plain".utf8))
    #expect(Webhook.key("whsec_" + Data("bytes".utf8).base64EncodedString()) == Array("bytes".utf8))
    #expect(Webhook.key("whsec_%%%") == nil)
  }
}
