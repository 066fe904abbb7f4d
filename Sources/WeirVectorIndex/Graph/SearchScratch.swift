internal import Synchronization
internal import WeirTensor

/// What one walk writes down: reused, so that searches allocate nothing.
@safe
final class SearchScratch {
  var candidates = CandidateList()
  let query: CodeQuery
  /// Neighbours of the node that is looked at, and their products with the query.
  let nodes: UnsafeMutablePointer<UInt32>
  let slots: UnsafeMutablePointer<UInt32>
  let products: UnsafeMutablePointer<Int32>
  static let batch = 64
  private var stamps: UnsafeMutablePointer<UInt8>
  private var stampCount = 0
  private var stamp: UInt8 = 0

  init(dimension: Int) {
    query = CodeQuery(dimension: dimension)
    unsafe nodes = .allocate(capacity: SearchScratch.batch)
    unsafe slots = .allocate(capacity: SearchScratch.batch)
    unsafe products = .allocate(capacity: SearchScratch.batch)
    unsafe stamps = .allocate(capacity: 1)
  }

  deinit {
    unsafe nodes.deallocate()
    unsafe slots.deallocate()
    unsafe products.deallocate()
    unsafe stamps.deallocate()
  }

  /// Forgets what was visited; slots below `count` can be visited from now on.
  func begin(slots count: Int) {
    if count > stampCount {
      unsafe stamps.deallocate()
      stampCount = count + count / 4 + 1024
      unsafe stamps = .allocate(capacity: stampCount)
      unsafe stamps.initialize(repeating: 0, count: stampCount)
      stamp = 0
    }
    if stamp == .max {
      unsafe stamps.update(repeating: 0, count: stampCount)
      stamp = 0
    }
    stamp += 1
  }

  /// True the first time; false also for slots out of range.
  @inline(__always)
  func visit(_ slot: UInt32) -> Bool {
    guard Int(slot) < stampCount, unsafe stamps[Int(slot)] != stamp else { return false }
    unsafe stamps[Int(slot)] = stamp
    return true
  }
}

/// Scratches that wait to be used again.
// @unchecked Sendable because a scratch is taken out under the lock and belongs to one thread until it is back.
final class ScratchPool: @unchecked Sendable {
  private let waiting = Mutex<Waiting>(Waiting())
  private let dimension: Int

  init(dimension: Int) { self.dimension = dimension }

  // @unchecked Sendable because it is only touched under the lock.
  private struct Waiting: @unchecked Sendable {
    var scratches: [SearchScratch] = []
  }

  func with<Value, Failure>(_ body: (SearchScratch) throws(Failure) -> Value) throws(Failure) -> Value {
    let scratch = waiting.withLock { $0.scratches.popLast() } ?? SearchScratch(dimension: dimension)
    defer { waiting.withLock { $0.scratches.append(scratch) } }
    return try body(scratch)
  }
}
