import Testing
import WeirDomain
import WeirRouting

/// Requests that are made to cost more than they say.
@Suite struct RouterHostileTests {
  private let base = RouterTests()

  @Test func `letters with more marks than any language writes are refused, wherever they stand`() async throws {
    let router = try base.router(store: base.store())
    let hostile = "e" + String(repeating: "\u{301}\u{316}", count: 100)
    var named = base.request(RouterTests.inScope)
    named.tenant = hostile
    for asked in [base.request(hostile), named] {
      guard case .failed(let error) = await router.route(asked).outcome else {
        Issue.record("an error was expected")
        return
      }
      #expect(error.code == "too_many_marks" && error.kind == .badRequest)
    }
    if case .failed = await router.route(base.request("What is your refund poli\u{301}cy?")).outcome {
      Issue.record("one mark is none too many")
    }
  }
}
