import Synchronization

/// One request on its way: what the loop's thread has received of it, and the task that waits for more.
///
/// The loop writes, one task reads. Neither ever waits for the other while it holds the lock.
final class Transfer: Sendable {
  /// Whether the reader takes the body as it comes, or once and whole.
  enum Delivery: Sendable {
    case streamed, whole
  }

  struct State {
    var head: HTTPResponseHead?
    var unread: [UInt8] = []
    var isPaused = false
    var isCancelled = false
    /// The reader has all it wants; what still comes until then is dropped.
    var drainsUntil: ContinuousClock.Instant?
    var outcome: Result<HTTPTransferFacts, HTTPFailure>?
    /// Something changed since the reader last looked.
    fileprivate var hasNews = false
    fileprivate var reader: CheckedContinuation<Void, Never>?
  }

  let id: UInt64
  let request: HTTPRequest
  let headerLines: [String]
  let delivery: Delivery
  private let state = Mutex(State())

  init(id: UInt64, request: HTTPRequest, delivery: Delivery) throws(HTTPFailure) {
    self.id = id
    self.request = request
    self.delivery = delivery
    var lines: [String] = []
    for header in request.headers { lines.append(try header.line()) }
    if request.headers["user-agent"] == nil { lines.append("User-Agent: weir") }
    // Without this, libcurl waits up to a second for "100 Continue" before it sends a large body.
    lines.append("Expect:")
    if request.headers["content-type"] == nil { lines.append("Content-Type:") }
    headerLines = lines
  }

  /// The loop's side: changes the state and, when `change` says so, wakes the reader.
  func update<Result>(_ change: (inout State) -> (result: Result, wakes: Bool)) -> Result {
    let (result, reader) = state.withLock { state in
      let (result, wakes) = change(&state)
      guard wakes else { return (result, nil as CheckedContinuation<Void, Never>?) }
      state.hasNews = true
      let reader = state.reader
      state.reader = nil
      if reader != nil { state.hasNews = false }
      return (result, reader)
    }
    reader?.resume()
    return result
  }

  func finish(_ outcome: Result<HTTPTransferFacts, HTTPFailure>) {
    update { state in
      if state.outcome == nil { state.outcome = outcome }
      return ((), wakes: true)
    }
  }

  /// The reader's side: waits until `take` gives something.
  func next<Taken: Sendable>(_ take: (inout State) -> Taken?) async -> Taken {
    while true {
      if let taken = state.withLock({ take(&$0) }) { return taken }
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          precondition(state.reader == nil, "one task at a time reads an answer")
          guard !state.hasNews else {
            state.hasNews = false
            return true
          }
          state.reader = continuation
          return false
        }
        if isLate { continuation.resume() }
      }
    }
  }
}

extension Transfer {
  /// Asks the loop to end the transfer; nothing happens when it has ended or is left to drain.
  func cancel(through mailbox: TransferMailbox) {
    let isRunning = update { state in
      guard state.outcome == nil, state.drainsUntil == nil else { return (false, wakes: false) }
      state.isCancelled = true
      return (true, wakes: false)
    }
    if isRunning { mailbox.tell(self) }
  }

  /// Leaves the rest of the answer to the loop.
  func drain(until instant: ContinuousClock.Instant, through mailbox: TransferMailbox) {
    let isRunning = update { state in
      guard state.outcome == nil, !state.isCancelled else { return (false, wakes: false) }
      state.drainsUntil = instant
      state.unread = []
      state.isPaused = false
      return (true, wakes: false)
    }
    if isRunning { mailbox.tell(self) }
  }
}
