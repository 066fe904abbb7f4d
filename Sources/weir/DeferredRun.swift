import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirRouting

/// Empties the durable queue: first answers that were not delivered, then prompts that are due, by priority and age.
///
/// One loop hands out the work and delivers what comes of it; `DrainPace` says how fast.
struct DeferredRun {
  let node: Node
  let jobs: Int
  /// Whether to stay and answer whatever becomes due, until interrupted.
  let follows: Bool
  let interruption: Interruption
  /// False once nobody reads the output any more.
  let write: @Sendable (ReplyLine) async throws -> Bool
  /// Nil where answers are only written.
  let webhook: Webhook?

  private enum Event: Sendable {
    case done(Router.DeferredReply?)
    case tick
  }

  /// Longest sleep of one that follows: what other processes queue is noticed by then.
  private static let longestSleep = Duration.seconds(5)
  /// Nodes that lost the same link return to it within this time of each other.
  private static let spread = Duration.seconds(3)

  func run() async throws -> RouteRun.Tally {
    var tally = RouteRun.Tally()
    var pace = DrainPace(perMinute: node.configuration.link.deferredPerMinute, most: jobs)
    try await withThrowingTaskGroup(of: Event.self) { group in
      var running = 0
      var isTicking = false
      var isOver = false
      var hasNothingDue = true
      var wasDown = false
      /// Wakes the loop after a while.
      func tick(_ wait: Duration, _ group: inout ThrowingTaskGroup<Event, any Error>) {
        guard !isTicking else { return }
        isTicking = true
        group.addTask {
          try? await Task.sleep(for: wait)
          return .tick
        }
      }
      try await deliverKept(&tally)
      while true {
        let mayStart = !isOver && !interruption.isInterrupted && !tally.outputClosed
        if mayStart {
          let isDown = follows && node.linkFacts?.state == .down
          if isDown {
            wasDown = true
            try node.wantLink()
            tick(.seconds(1), &group)
          } else if wasDown {
            wasDown = false
            tick(Self.spread * node.clock.draw(), &group)
          } else {
            switch pace.next(at: .nanoseconds(node.clock.monotonic()), running: running, fraction: node.clock.draw()) {
            case .start:
              running += 1
              group.addTask { [node, interruption] in
                .done(try await node.router.answerNextDeferred(isCancelled: { interruption.isCancelled }))
              }
              continue
            case .wait(let wait): tick(wait, &group)
            case .full: break
            }
          }
        }
        // A tick alone is worth waiting for only where work may come of it.
        guard running > 0 || (isTicking && mayStart), let event = try await group.next() else { break }
        switch event {
        case .tick:
          isTicking = false
          if running == 0, hasNothingDue, follows { try await deliverKept(&tally) }
        case .done(nil):
          running -= 1
          hasNothingDue = true
          if !follows { isOver = true } else if running == 0 { tick(Self.longestSleep, &group) }
          if follows, mayStart, try await pause(unlessEndedBy: interruption) { continue }
        case .done(let reply?):
          running -= 1
          hasNothingDue = false
          if case .answered = reply.reply.outcome { pace.answered() } else { pace.failed() }
          if case .deferred = reply.reply.outcome, !follows { isOver = true }
          try await deliver(reply, &tally)
        }
      }
      group.cancelAll()
    }
    // Another run may hold the prompt that was just deferred here.
    tally.waiting = try max(0, node.waitingPrompts() - tally.deferred)
    return tally
  }

  /// Waits for the next due prompt, or for a while; false where the run is over.
  private func pause(unlessEndedBy interruption: Interruption) async throws -> Bool {
    guard !interruption.isInterrupted else { return false }
    try? await Task.sleep(for: .milliseconds(200))
    return !interruption.isInterrupted
  }

  /// Answers of earlier runs, and those whose delivery failed and is due again.
  private func deliverKept(_ tally: inout RouteRun.Tally) async throws {
    while !interruption.isInterrupted, !tally.outputClosed, let kept = try node.router.nextKeptAnswer() {
      try await deliver(kept, &tally)
    }
  }

  private func deliver(_ next: Router.DeferredReply, _ tally: inout RouteRun.Tally) async throws {
    // Nobody waits for what went into the cache alone, and what another worker took over is theirs to deliver.
    guard next.isDeliverable else { return }
    // What is only posted again was written with the first try.
    if webhook == nil || next.deliveries == 0 {
      tally.count(.reply(next.reply))
      do {
        guard try await write(.reply(next.reply)) else {
          tally.outputClosed = true
          return try node.router.releaseDelivery(of: next)
        }
      } catch {
        try? node.router.releaseDelivery(of: next)
        throw error
      }
    }
    guard let webhook, next.reply.answer != nil else { return try node.router.confirmDelivery(of: next) }
    do throws(Webhook.Failure) {
      try await webhook.push(next.reply)
    } catch {
      ProcessExit.note(error.message)
      return try node.router.postponeDelivery(of: next)
    }
    try node.router.confirmDelivery(of: next)
  }
}
