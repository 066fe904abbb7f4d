import Dispatch

/// Threads for work that blocks or computes for long, so that the pool of asynchronous tasks stays free.
///
/// The number of threads is bounded by the callers: each request runs one piece of work at a time.
package struct BlockingLane: Sendable {
  private let queue: DispatchQueue

  package init(label: String) {
    queue = DispatchQueue(label: label, attributes: .concurrent)
  }

  /// Runs `work` on a thread of the lane and waits for it without holding the caller's thread.
  package func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: work()) }
    }
  }
}
