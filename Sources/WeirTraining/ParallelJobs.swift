internal import Dispatch
internal import Synchronization

/// Runs independent jobs on two threads. Each job's result depends on the job alone, so neither their number nor their
/// order changes a bit.
package enum ParallelJobs {
  package static func run<Result: Sendable>(_ count: Int, _ job: @Sendable (Int) -> Result) -> [Result] {
    let next = Atomic(0)
    let results = Mutex<[Int: Result]>([:])
    DispatchQueue.concurrentPerform(iterations: min(2, max(count, 1))) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let result = job(index)
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { found in (0..<count).compactMap { found[$0] } }
  }
}
