import Synchronization

/// What tasks ask of the loop's thread, and the bell that wakes it.
///
/// The multi handle is rung under the lock and taken out under the lock before it is destroyed.
final class TransferMailbox: Sendable {
  struct Contents {
    var arrivals: [Transfer] = []
    /// Transfers whose reader cancelled them or made room.
    var changed: [Transfer] = []
    /// Set once: nothing new is taken, and what runs has until then.
    var closesAt: ContinuousClock.Instant?

    fileprivate var multi: CurlMulti?
    fileprivate var isEnded = false
    fileprivate var isOver = false
    fileprivate var lastID: UInt64 = 0
    fileprivate var mourners: [CheckedContinuation<Void, Never>] = []
  }

  private let contents: Mutex<Contents>
  private let counted = Mutex(HTTPTraffic.zero)

  /// Of all transfers that have ended, however they did.
  var traffic: HTTPTraffic { counted.withLock { $0 } }

  func count(_ traffic: HTTPTraffic) { counted.withLock { $0 = $0 + traffic } }

  init(multi: CurlMulti) {
    contents = Mutex(Contents(multi: multi))
  }

  func nextID() -> UInt64 {
    contents.withLock { contents in
      contents.lastID += 1
      return contents.lastID
    }
  }

  /// Hands a transfer to the loop; false when the client is closed.
  func start(_ transfer: Transfer) -> Bool {
    contents.withLock { contents in
      guard contents.closesAt == nil, !contents.isEnded else { return false }
      contents.arrivals.append(transfer)
      contents.multi?.wakeUp()
      return true
    }
  }

  /// Makes the loop look at a transfer whose flags changed.
  func tell(_ transfer: Transfer) {
    contents.withLock { contents in
      guard !contents.isEnded else { return }
      contents.changed.append(transfer)
      contents.multi?.wakeUp()
    }
  }

  /// Makes the loop end at `instant` or when its last transfer has ended, whichever is sooner.
  func close(at instant: ContinuousClock.Instant) {
    contents.withLock { contents in
      contents.closesAt = min(contents.closesAt ?? instant, instant)
      contents.multi?.wakeUp()
    }
  }

  func waitUntilEnded() async {
    await withCheckedContinuation { continuation in
      let isOver = contents.withLock { contents in
        if !contents.isOver { contents.mourners.append(continuation) }
        return contents.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  /// The loop's side: takes all that was asked since the last call.
  func collect() -> (arrivals: [Transfer], changed: [Transfer], closesAt: ContinuousClock.Instant?) {
    contents.withLock { contents in
      defer {
        contents.arrivals = []
        contents.changed = []
      }
      return (contents.arrivals, contents.changed, contents.closesAt)
    }
  }

  /// The loop's side: from here on nobody rings. Returns what nobody will serve.
  func silence() -> [Transfer] {
    contents.withLock { contents in
      contents.isEnded = true
      contents.multi = nil
      defer { contents.arrivals = [] }
      return contents.arrivals
    }
  }

  /// The loop's side, its last act: everything is freed.
  func announceEnd() {
    let mourners = contents.withLock { contents in
      contents.isOver = true
      defer { contents.mourners = [] }
      return contents.mourners
    }
    for mourner in mourners { mourner.resume() }
  }
}
