internal import CWeirThreads
internal import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What a pool's caller and its workers write to each other: the present job, its parts, and who sleeps.
///
/// The ticket holds the job's number, its number of parts and its next part in one word. A worker that comes late for a
/// job finds another number in it and claims nothing, so it never touches a job whose caller has gone on.
// @unchecked Sendable because all state is atomic, and a job's body is called only while its caller waits in `run`.
@safe final class PoolBoard: @unchecked Sendable {
  /// Memory of its own for each word that threads sleep on.
  private let generation: UnsafeMutablePointer<Atomic<UInt32>>
  private let finished: UnsafeMutablePointer<Atomic<UInt32>>
  private let ticket = Atomic<UInt64>(0)
  private let body = Atomic<UInt>(0)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let isStopped = Atomic<Bool>(false)

  /// How often a worker looks for the next job before it sleeps, and a caller for the last part; about 30 microseconds.
  private static let looks = 1500

  typealias Body = (Int) -> Void

  init() {
    unsafe generation = .allocate(capacity: 1)
    unsafe finished = .allocate(capacity: 1)
    unsafe generation.initialize(to: Atomic(0))
    unsafe finished.initialize(to: Atomic(0))
  }

  deinit {
    unsafe generation.deinitialize(count: 1)
    unsafe finished.deinitialize(count: 1)
    unsafe generation.deallocate()
    unsafe finished.deallocate()
  }

  /// A worker keeps the board alive until it is stopped.
  func startWorker() {
    let board = unsafe Unmanaged.passRetained(self)
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<PoolBoard>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, board.toOpaque())
    // Without a worker the caller does all parts.
    guard status == 0 else { return unsafe board.release() }
    pthread_detach(thread)
  }

  func stop() {
    isStopped.store(true, ordering: .releasing)
    unsafe generation.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    unsafe weir_wake_all(generation)
  }

  /// Runs all parts and returns when the last is finished. One caller at a time.
  ///
  func run(parts count: Int, _ body: Body) {
    precondition((1..<0x1_0000).contains(count), "a job of \(count) parts does not fit its ticket")
    withoutActuallyEscaping(body) { body in
      unsafe withUnsafePointer(to: body) { pointer in
        let number = unsafe generation.pointee.load(ordering: .relaxed) &+ 1
        unsafe finished.pointee.store(0, ordering: .relaxed)
        self.body.store(UInt(bitPattern: pointer), ordering: .relaxed)
        ticket.store(UInt64(number) << 32 | UInt64(count) << 16, ordering: .releasing)
        unsafe generation.pointee.store(number, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 { unsafe weir_wake_all(generation) }
        claimParts(of: number)
        waitForParts(UInt32(count))
      }
    }
  }

  private func waitForParts(_ count: UInt32) {
    for _ in 0..<Self.looks {
      if unsafe finished.pointee.load(ordering: .acquiring) == count { return }
      weir_pause()
    }
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while true {
      let seen = unsafe finished.pointee.load(ordering: .sequentiallyConsistent)
      if seen == count { break }
      unsafe weir_wait(finished, seen)
    }
    callerSleeps.store(false, ordering: .relaxed)
  }

  /// Claims and runs parts of job `number` until none is left.
  private func claimParts(of number: UInt32) {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      let (count, part) = (UInt32(truncatingIfNeeded: seen >> 16) & 0xffff, UInt32(truncatingIfNeeded: seen) & 0xffff)
      guard UInt32(truncatingIfNeeded: seen >> 32) == number, part < count else { return }
      let (isMine, _) = ticket.weakCompareExchange(
        expected: seen, desired: seen + 1, successOrdering: .acquiringAndReleasing, failureOrdering: .relaxed)
      guard isMine else { continue }
      // The caller waits for this part, so the body is the job's, and still there.
      let address = body.load(ordering: .relaxed)
      if let pointer = unsafe UnsafePointer<Body>(bitPattern: address) { unsafe pointer.pointee(Int(part)) }
      let done = unsafe finished.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
      if done == count, callerSleeps.load(ordering: .sequentiallyConsistent) { unsafe weir_wake_all(finished) }
    }
  }

  private func work() {
    var seen: UInt32 = 0
    while true {
      let number = nextJob(after: seen)
      if isStopped.load(ordering: .acquiring) { return }
      seen = number
      claimParts(of: number)
    }
  }

  /// The number of a job other than `seen`; spins, then sleeps.
  private func nextJob(after seen: UInt32) -> UInt32 {
    for _ in 0..<Self.looks {
      let number = unsafe generation.pointee.load(ordering: .acquiring)
      if number != seen { return number }
      weir_pause()
    }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let number = unsafe generation.pointee.load(ordering: .sequentiallyConsistent)
      if number != seen { return number }
      unsafe weir_wait(generation, seen)
    }
  }
}
