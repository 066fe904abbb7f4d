import CCurl

/// Drives all transfers of a client on one thread: waits for sockets, moves bytes, enforces deadlines.
///
/// Only the loop's own thread touches it.
final class TransferLoop {
  private let multi: CurlMulti
  private let mailbox: TransferMailbox
  private let trust: CertificateBundle
  private let usesProxy: Bool
  private var active: [UInt64: ActiveTransfer] = [:]
  /// Handles between requests: their buffers are kept, at most this many.
  private var spare: [CurlTransfer] = []
  private static let mostSpare = 16
  /// Nothing needs a turn for this long when no deadline is near.
  private static let longestWait = Duration.seconds(60)

  init(multi: CurlMulti, mailbox: TransferMailbox, configuration: HTTPClientConfiguration) {
    self.multi = multi
    self.mailbox = mailbox
    trust = configuration.trust
    usesProxy = configuration.usesEnvironmentProxy
  }

  /// Runs until the mailbox is closed; then frees everything and says so.
  func run() {
    var failure: HTTPFailure?
    while failure == nil {
      let (arrivals, changed, closesAt) = mailbox.collect()
      for transfer in arrivals { start(transfer) }
      for transfer in changed { attend(to: transfer) }
      if !multi.perform() { failure = .broke(reason: "curl_multi_perform") }
      reapFinished()
      let now = ContinuousClock.now
      let next = expireLate(now)
      if let closesAt, active.isEmpty || closesAt <= now { break }
      let until = min(next, closesAt ?? next)
      if !multi.wait(atMost: until - now) { failure = .broke(reason: "curl_multi_poll") }
    }
    end(failure ?? .closed)
  }

  private func start(_ transfer: Transfer) {
    if transfer.update({ ($0.isCancelled, wakes: false) }) {
      return transfer.finish(.failure(.cancelled(authority: transfer.request.url.authority)))
    }
    guard let handle = spare.popLast() ?? CurlTransfer() else {
      return transfer.finish(.failure(.broke(reason: "out of memory")))
    }
    let starting = ActiveTransfer(transfer: transfer, handle: handle, startedAt: .now)
    var outcome = handle.configure(for: starting, trust: trust, usesProxy: usesProxy)
    if outcome == WEIR_CURL_OK { outcome = multi.add(handle) }
    guard outcome == WEIR_CURL_OK else { return transfer.finish(starting.result(outcome)) }
    active[transfer.id] = starting
  }

  private func attend(to transfer: Transfer) {
    guard let attended = active[transfer.id] else { return }
    if transfer.update({ ($0.isCancelled, wakes: false) }) {
      finish(attended, .failure(.cancelled(authority: transfer.request.url.authority)))
    } else {
      attended.resumeIfPossible()
    }
  }

  private func reapFinished() {
    while let (tag, outcome) = multi.nextFinished() {
      guard let finished = active[tag] else { continue }
      finish(finished, finished.result(outcome))
    }
  }

  /// Ends what is late; returns when the next deadline is.
  private func expireLate(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant {
    var next = now + Self.longestWait
    for running in active.values {
      let at = running.deadline().at
      if at > now {
        next = min(next, at)
      } else {
        finish(running, .failure(running.timeout(now: now)))
      }
    }
    return next
  }

  private func finish(_ finished: ActiveTransfer, _ outcome: Result<HTTPTransferFacts, HTTPFailure>) {
    mailbox.count(finished.traffic)
    multi.remove(finished.handle)
    active[finished.transfer.id] = nil
    if spare.count < Self.mostSpare {
      finished.handle.reset()
      spare.append(finished.handle)
    }
    finished.transfer.finish(outcome)
  }

  private func end(_ failure: HTTPFailure) {
    let unserved = mailbox.silence()
    for transfer in unserved { transfer.finish(.failure(failure)) }
    for running in active.values { finish(running, .failure(failure)) }
    spare = []
    multi.destroy()
    mailbox.announceEnd()
  }
}
