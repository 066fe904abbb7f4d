import Dispatch
import Synchronization
package import WeirTensor

/// Where sessions of one model run their steps: those that wait at the same time share a pass over the weights
/// (continuous batching), which costs little more than one of them alone.
///
/// There is no thread of its own. A caller that finds the lane free leads: it runs passes for all who wait until its own
/// step is done, and hands the lead to the next. Results do not depend on who shared a pass.
// @unchecked Sendable because the pass is used by the leader only.
package final class StepLane: @unchecked Sendable {
  package let model: GeneratorModel
  /// Most tokens of a text that are read at once.
  package let chunk: Int
  private let pass: ForwardPass
  private let state = Mutex(State())
  /// Enough that reading the weights costs little, few enough that a token's numbers stay near.
  package static let usualChunk = 128
  /// Other texts' next tokens that find room beside a chunk of a prompt.
  private static let roomBesideChunk = 32

  /// How long a leader waits for the texts of the last pass to come with their next token.
  private static let patience = DispatchTimeInterval.milliseconds(1)
  private let arrival = DispatchSemaphore(value: 0)

  private struct State {
    var waiting: [Ticket] = []
    var isLed = false
    /// Sessions of the last pass that have not come back yet.
    var expected: Set<ObjectIdentifier> = []
    var leaderWaits = false

    /// True if the leader that waits has waited for nobody else.
    mutating func arrived(_ session: GeneratorSession) -> Bool {
      expected.remove(ObjectIdentifier(session))
      guard leaderWaits, expected.isEmpty else { return false }
      leaderWaits = false
      return true
    }
  }

  /// A step that waits, and how its thread hears of it.
  // @unchecked Sendable because `isDone` is written before the signal and read after it.
  private final class Ticket: @unchecked Sendable {
    let step: SequenceStep
    let signal = DispatchSemaphore(value: 0)
    var isDone = false

    init(_ step: SequenceStep) { self.step = step }
  }

  package init(
    _ model: GeneratorModel, kernels: Kernels = .active, pool: ComputePool = .single, chunk: Int = usualChunk
  ) {
    self.model = model
    self.chunk = min(chunk, model.context)
    pass = ForwardPass(model, kernels: kernels, pool: pool, capacity: self.chunk + Self.roomBesideChunk)
  }

  /// Runs the step and returns when it is done.
  func run(_ step: SequenceStep) {
    let ticket = Ticket(step)
    let (leads, completes) = state.withLock { state in
      let completes = state.arrived(step.session)
      if state.isLed {
        state.waiting.append(ticket)
        return (false, completes)
      }
      state.isLed = true
      return (true, false)
    }
    if completes { arrival.signal() }
    if !leads {
      ticket.signal.wait()
      if ticket.isDone { return }
    }
    lead(with: ticket)
  }

  /// The session has no next token for now; nobody waits for it.
  package func leave(_ session: GeneratorSession) {
    if state.withLock({ $0.arrived(session) }) { arrival.signal() }
  }

  /// Texts that were read together come back at nearly the same time: a short wait keeps them together.
  private func waitForOthers() {
    let waits = state.withLock { state in
      state.leaderWaits = !state.expected.isEmpty
      return state.leaderWaits
    }
    guard waits, arrival.wait(timeout: .now() + Self.patience) == .timedOut else { return }
    let isSignalled = state.withLock { state in
      defer { state.leaderWaits = false }
      return !state.leaderWaits
    }
    // It came between the two: the signal must not be left for the next leader.
    if isSignalled { arrival.wait() }
  }

  /// Runs the ticket's step with what else waits, and gives the lead away.
  private func lead(with own: Ticket) {
    waitForOthers()
    var batch = [own]
    var left = pass.capacity - own.step.tokens.count
    state.withLock { state in
      state.waiting.removeAll { ticket in
        guard ticket.step.tokens.count <= left else { return false }
        left -= ticket.step.tokens.count
        batch.append(ticket)
        return true
      }
    }
    pass.run(batch.map(\.step))
    state.withLock { $0.expected = Set(batch.map { ObjectIdentifier($0.step.session) }) }
    for ticket in batch.dropFirst() {
      ticket.isDone = true
      ticket.signal.signal()
    }
    let next = state.withLock { state in
      let next = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
      state.isLed = next != nil
      return next
    }
    next?.signal.signal()
  }
}
