import Synchronization
import Testing
import WeirDomain
import WeirProviders
import WeirStore
import WeirTestSupport

@testable import WeirRouting

/// Claims on queued prompts while somebody is at work on them.
@Suite struct ClaimTests {
  private let base = RouterTests()

  /// A remote model that answers when the test lets it.
  private final class GatedRemote: RemoteAnswerer {
    let name = "gated"
    let isReachable = true
    private let state = Mutex((isOpen: false, asked: 0))

    var asked: Int { state.withLock { $0.asked } }
    func open() { state.withLock { $0.isOpen = true } }

    func complete(
      _ request: CompletionRequest, onDelta: (@Sendable (CompletionDelta) -> Void)?
    ) async throws(ProviderFailure) -> Completion {
      state.withLock { $0.asked += 1 }
      while !state.withLock({ $0.isOpen }) {
        // sleeps because the test opens the gate in its own time
        do { try await Task.sleep(for: .milliseconds(2)) } catch {
          throw ProviderFailure(provider: name, attempts: 1, cause: .cancelled)
        }
      }
      return Completion(
        text: "late", usage: TokenUsage(prompt: 1, completion: 1), model: "big", finishReason: .stop, attempts: 1,
        timings: .init(total: .zero, firstText: nil, lastAttempt: .zero))
    }
  }

  private final class Wall: Sendable {
    private let time = Mutex<Int64>(1_000_000)
    var now: Timestamp { Timestamp(milliseconds: time.withLock { $0 }) }
    func advance(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
  }

  private func router(_ store: Store, _ remote: GatedRemote, _ wall: Wall, claim: Int64) throws -> Router {
    var parts = try base.router(
      store: store, local: nil, remotes: [.init(tier: .standard, model: "big", answerer: remote)], errorBudget: 0.001
    ).parts
    let clock = parts.clock
    parts.clock = NodeClock(monotonic: clock.monotonic, wall: { wall.now }, random: clock.random)
    parts.settings.claimMilliseconds = claim
    return Router(parts)
  }

  private func wait(until condition: () throws -> Bool) async throws {
    for _ in 0..<2_000 {
      if try condition() { return }
      // sleeps because the other task goes on in its own time
      try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("it did not come about")
  }

  private func until(_ store: Store) throws -> Int64 {
    try store.read { try $0.first("SELECT claimed_until FROM deferred_request") { try $0.integer(0) } } ?? 0
  }

  @Test func `a claim is renewed while its prompt is at work, so that nobody pays for it a second time`() async throws {
    let store = try base.store()
    let (remote, wall) = (GatedRemote(), Wall())
    let router = try router(store, remote, wall, claim: 100)
    try store.write { _ = try DeferredQueue.enqueue(base.request(RouterTests.beyond), at: wall.now, in: $0) }
    let working = Task { try await router.answerNextDeferred() }
    try await wait { remote.asked == 1 }
    for _ in 0..<5 {
      wall.advance(90)
      let now = wall.now.milliseconds
      try await wait { try until(store) == now + 100 }
      let other = try await router.answerNextDeferred()
      #expect(other == nil)
    }
    remote.open()
    let reply = try #require(try await working.value)
    #expect(reply.reply.answer == "late" && remote.asked == 1)
  }

  @Test func `a worker that lost its claim stops, and the other's answer stands`() async throws {
    let store = try base.store()
    let (remote, wall) = (GatedRemote(), Wall())
    let router = try router(store, remote, wall, claim: 400)
    try store.write { _ = try DeferredQueue.enqueue(base.request(RouterTests.beyond), at: wall.now, in: $0) }
    let first = Task { try await router.answerNextDeferred() }
    try await wait { remote.asked == 1 }
    wall.advance(1)
    let second = Task {
      while true {
        // As if the first worker had stood still for longer than its claim; it may renew before the second one looks.
        try store.write { _ = try $0.execute("UPDATE deferred_request SET claimed_until = 0") }
        if let reply = try await router.answerNextDeferred() { return reply }
      }
    }
    // The first one finds out at its next renewal, and its request is cancelled.
    let stopped = try #require(try await first.value)
    guard case .failed(let error) = stopped.reply.outcome, error.kind == .cancelled else {
      Issue.record("found \(stopped.reply.outcome)")
      return
    }
    remote.open()
    let answered = try await second.value
    #expect(answered.reply.answer == "late")
    #expect(try store.read { try DeferredQueue.counts(at: wall.now, in: $0) }.answered == 1)
  }
}
