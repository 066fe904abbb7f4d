import Testing
import WeirDomain
import WeirProviders
import WeirRouting
import WeirStore
import WeirTestSupport

/// Requests that ask for a format, on their way.
@Suite struct FormatRoutingTests {
  private let scene = RouterTests()
  private static let schema = AnswerFormat.jsonSchema(
    AnswerSchema(name: "reply", schema: #"{"type":"object","properties":{"b":{"type":"integer"}}}"#))

  private func request(
    _ format: AnswerFormat, _ text: String = RouterTests.inScope, id: String = "a", model: String = "auto"
  ) -> RouteRequest {
    var request = scene.request(text, id: id)
    request.settings = ModelSettings(model: model, format: format)
    return request
  }

  private func premium(_ answerer: ScriptedAnswerer) -> [RemoteRoutes.Route] {
    [.init(tier: .premium, model: "big", answerer: answerer)]
  }

  @Test func `a stored answer serves its own format only`() async throws {
    let store = try scene.store()
    let remote = ScriptedAnswerer { _, request in
      .answer([request.settings.format == .text ? "a plain text" : "{\"b\":1}"])
    }
    let router = try scene.router(store: store, local: nil, remotes: premium(remote))
    let plain = await router.route(request(.text))
    let json = await router.route(request(Self.schema, id: "b"))
    #expect(plain.answer == "a plain text" && json.answer == "{\"b\":1}")
    #expect(plain.tier == .premium && json.tier == .premium)
    #expect(remote.requests.map(\.settings.format) == [.text, Self.schema])
    // The same prompt, and one that means the same, in each format.
    for format in [AnswerFormat.text, Self.schema] {
      let again = await router.route(request(format, id: "c"))
      #expect(again.tier == .exact && again.answer == (format == .text ? plain : json).answer)
    }
    let other = await router.route(request(.jsonObject, id: "d"))
    #expect(other.tier == .premium)
  }

  @Test func `a remote answer that is not JSON is not given`() async throws {
    let remote = ScriptedAnswerer(answers: "Sure! {\"b\":", "1}")
    let router = try scene.router(store: try scene.store(), local: nil, remotes: premium(remote))
    let reply = await router.route(request(.jsonObject))
    guard case .failed(let error) = reply.outcome else {
      Issue.record("\(reply.outcome)")
      return
    }
    #expect(error.code == "broken_format")
    #expect(reply.reasons.map(\.code).contains("remote_failed"))
    // What was paid is booked although it is not used.
    #expect(reply.cost > .zero)
  }

  @Test(arguments: [
    (AnswerFormat.jsonObject, "[1]"), (.jsonObject, "\"text\""),
    (.jsonSchema(AnswerSchema(name: "n", schema: #"{"type":"object","required":["a"]}"#)), "{\"b\":1}"),
    (.jsonSchema(AnswerSchema(name: "n", schema: #"{"type":["array","integer"]}"#)), "1.5"),
  ]) func `a remote answer of another type or without a required member is neither given nor kept`(
    format: AnswerFormat, answer: String
  ) async throws {
    let store = try scene.store()
    let remote = ScriptedAnswerer(answers: answer)
    let router = try scene.router(store: store, local: nil, remotes: premium(remote))
    for id in ["a", "b"] {
      guard case .failed(let error) = await router.route(request(format, id: id)).outcome else {
        Issue.record("\(answer) was given")
        return
      }
      #expect(error.code == "broken_format")
    }
    #expect(remote.requests.count == 2)
  }

  @Test func `a grammar goes to nobody outside and does not wait for anybody`() async throws {
    let remote = ScriptedAnswerer(answers: "x")
    let router = try scene.router(store: try scene.store(), local: nil, remotes: premium(remote))
    for model in ["auto", "premium", "big"] {
      let reply = await router.route(request(.grammar("root ::= \"x\""), id: model, model: model))
      guard case .failed(let error) = reply.outcome else {
        Issue.record("\(reply.outcome)")
        continue
      }
      #expect(error.message.contains("grammar"))
    }
    #expect(remote.requests.isEmpty)
  }

  @Test func `a schema that cannot be held is refused by the keyword before anybody is asked`() async throws {
    let remote = ScriptedAnswerer(answers: "x")
    let router = try scene.router(store: try scene.store(), remotes: premium(remote))
    let format = AnswerFormat.jsonSchema(AnswerSchema(name: "n", schema: #"{"multipleOf":3}"#))
    let reply = await router.route(request(format))
    guard case .failed(let error) = reply.outcome else {
      Issue.record("\(reply.outcome)")
      return
    }
    #expect(error.code == "bad_format" && error.kind == .badRequest && error.message.contains("multipleOf"))
    #expect(remote.requests.isEmpty)
  }

  @Test func `a deferred request keeps its format`() async throws {
    for format in [AnswerFormat.text, .jsonObject, Self.schema] {
      let store = try scene.store()
      let alone = try scene.router(store: store, local: nil)
      let waiting = await alone.route(request(format, RouterTests.beyond))
      #expect(waiting.outcome == .deferred)
      let remote = ScriptedAnswerer(answers: "{}")
      let linked = try scene.router(store: store, local: nil, remotes: premium(remote))
      let reply = try #require(try await linked.routeNextDeferred())
      #expect(reply.reply.answer == "{}")
      #expect(remote.requests.map(\.settings.format) == [format])
    }
  }
}
