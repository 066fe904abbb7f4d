internal import CWeirThreads
internal import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Threads that share the work of one matrix product, or of one step of attention.
///
/// A job is cut into parts that the caller and the workers claim one after another, so a worker that the system has
/// taken off its processor delays at most the part it holds. While the host is busy with something else (see
/// `PoolPatience`) jobs run on the caller alone: two threads are never much slower than one. Between jobs workers spin
/// for some microseconds, because the next product of a token comes at once, and then sleep; an idle pool costs nothing.
///
/// Jobs of several callers do not wait for each other: one has the workers, the others run alone.
// @unchecked Sendable because the board is, and the rest is behind locks.
@safe package final class ComputePool: @unchecked Sendable {
  /// The caller included.
  package let threads: Int
  private let board: PoolBoard
  private let isTaken = Mutex(false)
  private let patience = Mutex(PoolPatience())

  /// Processors that this process may run on.
  package static var usableProcessors: Int { Int(weir_usable_processors()) }

  /// One thread: jobs run on their caller.
  package static let single = ComputePool(threads: 1)

  /// - Parameter threads: the callers' thread included; held between 1 and 64.
  package init(threads: Int) {
    self.threads = min(max(threads, 1), 64)
    board = PoolBoard()
    for _ in 1..<max(self.threads, 1) { board.startWorker() }
  }

  deinit { board.stop() }

  /// Parts that a job has at most. Some more than threads, so that a slow worker takes fewer.
  package var mostParts: Int { threads == 1 ? 1 : threads * 4 }

  /// Calls `body` once for each part of 0..<count, cut at multiples of `grain`, on several threads at once; with the
  /// part's range and its number below `mostParts`, by which it may choose scratch memory.
  ///
  /// - Parameters:
  ///   - grain: the least a part is worth; a job of less than two grains runs on the caller.
  ///   - job: what it is; nil is as good as any other job of as many elements.
  ///   - body: must not run a job of the same pool.
  package func forEachPart(
    of count: Int, grain: Int = 1, job: ComputeJob? = nil, _ body: (Range<Int>, Int) -> Void
  ) {
    guard count > 0 else { return }
    let grains = (count + grain - 1) / grain
    let parts = min(grains, mostParts)
    guard threads > 1, parts > 1, take() else { return body(0..<count, 0) }
    defer { isTaken.withLock { $0 = false } }
    let job = job ?? ComputeJob(.other, detail: count, amount: 1)
    let start = MonotonicTime.now
    let isAlone = patience.withLock { $0.isAlone(job.kind, now: start) }
    if isAlone {
      body(0..<count, 0)
    } else {
      board.run(parts: parts) { part in
        let (first, end) = (part * grains / parts * grain, (part + 1) * grains / parts * grain)
        body(first..<min(end, count), part)
      }
    }
    let end = MonotonicTime.now
    patience.withLock { $0.jobEnded(job, wasAlone: isAlone, time: end - start, now: end) }
  }

  /// False where another caller has the workers.
  private func take() -> Bool {
    isTaken.withLock { taken in
      defer { taken = true }
      return !taken
    }
  }
}

/// Nanoseconds of a clock that never goes back.
enum MonotonicTime {
  static var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
