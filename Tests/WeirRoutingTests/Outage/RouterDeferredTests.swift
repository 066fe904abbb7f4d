import Testing
import WeirDomain
import WeirLedger
import WeirProviders
import WeirStore
import WeirTestSupport

@testable import WeirRouting

/// Prompts of the queue whose claim is lost, or that meet the outage again.
extension RouterTests {
  @Test func `an answer whose claim was lost is delivered by nobody and confirms nothing`() async throws {
    let store = try store()
    _ = await (try router(store: store)).route(request(Self.beyond))
    let remote = ScriptedAnswerer { _, _ in
      // Another worker takes the prompt over while this one waits for its answer.
      try? store.write { transaction in _ = try transaction.execute("UPDATE deferred_request SET claim = claim + 1") }
      return .answer(["late"])
    }
    let router = try router(store: store, remotes: [.init(tier: .premium, model: "big", answerer: remote)])
    let reply = try #require(try await router.routeNextDeferred())
    #expect(!reply.isDeliverable && reply.reply.isClaimLost)
    let counts = try store.read { try DeferredQueue.counts(at: Timestamp(milliseconds: 1_000_000), in: $0) }
    #expect(counts.answered == 0 && counts.claimed == 1)
    // Paid for all the same.
    #expect(reply.reply.cost > .zero)
  }

  @Test func `a deferred prompt that meets the outage again was not tried, and is due soon after the link`()
    async throws
  {
    for (cause, attempts) in [
      (ProviderFailure.Cause.linkDown(wait: .seconds(9)), 0), (.unhealthy(wait: .seconds(9)), 0),
      (.overloaded(status: 503, error: ProviderErrorCode(type: nil, code: nil), retryAfter: nil), 1),
    ] {
      let store = try store()
      _ = await (try router(store: store)).route(request(Self.beyond))
      let remote = ScriptedAnswerer { _, _ in .failure(cause) }
      let router = try router(store: store, remotes: [.init(tier: .premium, model: "big", answerer: remote)])
      #expect(try #require(try await router.routeNextDeferred()).reply.outcome == .deferred)
      let now = Timestamp(milliseconds: 1_000_000)
      let entry = try #require(try store.read { try DeferredQueue.entries(limit: 1, at: now, in: $0) }.first)
      #expect(entry.attempts == attempts && entry.state == .waiting)
      #expect(entry.nextAt.milliseconds > 1_000_000 && entry.nextAt.milliseconds <= 1_004_000)
    }
  }
}
