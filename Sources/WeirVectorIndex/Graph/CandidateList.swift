/// The best nodes that a walk has met, most similar first, each marked once its neighbours have been looked at.
///
/// Removed nodes are kept as stepping stones and do not count: however many of them lie around the query, the walk goes on
/// until it has `width` others, or has met everything that leads there.
@safe
struct CandidateList: ~Copyable {
  struct Candidate {
    var similarity: Float
    var node: UInt32
    var isRemoved: Bool
  }

  /// Numbers of nodes are below this.
  static let nodeLimit: UInt32 = 1 << 30
  private static let expanded: UInt32 = 1 << 31
  private static let removed: UInt32 = 1 << 30
  /// Stepping stones that are kept at once, for each candidate that counts.
  private static let stonesPerCandidate = 16

  private struct Entry {
    var similarity: Float
    var node: UInt32
  }

  private var space: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private(set) var count = 0
  private var kept = 0
  /// Most candidates that are kept, removed ones left out.
  private(set) var width = 0
  /// Nothing before this one is unexpanded.
  private var front = 0

  init() {
    capacity = 64
    unsafe space = .allocate(capacity: capacity)
  }

  deinit { unsafe space.deallocate() }

  mutating func reset(width: Int) {
    precondition(width > 0, "a walk keeps at least one candidate")
    self.width = width
    count = 0
    kept = 0
    front = 0
  }

  /// What a node must exceed to be kept.
  @inline(__always)
  var bar: Float { kept < width ? -.infinity : unsafe space[count - 1].similarity }

  @inline(__always)
  mutating func insert(_ node: UInt32, _ similarity: Float, isRemoved: Bool) {
    guard similarity > bar else { return }
    if count == capacity { grow() }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if unsafe space[middle].similarity >= similarity { low = middle + 1 } else { high = middle }
    }
    if low < count { unsafe (space + low + 1).update(from: space + low, count: count - low) }
    unsafe space[low] = Entry(similarity: similarity, node: isRemoved ? node | CandidateList.removed : node)
    count += 1
    if low < front { front = low }
    if !isRemoved { kept += 1 }
    if kept > width || count - kept > width * CandidateList.stonesPerCandidate { dropLast() }
  }

  /// Ends the list with the last candidate that counts, where there are as many as are kept.
  private mutating func dropLast() {
    repeat {
      count -= 1
      if unsafe space[count].node & CandidateList.removed == 0 { kept -= 1 }
    } while kept > width
    while kept == width, count > 0, unsafe space[count - 1].node & CandidateList.removed != 0 { count -= 1 }
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    unsafe larger.update(from: space, count: count)
    unsafe space.deallocate()
    unsafe space = larger
    capacity *= 2
  }

  /// The most similar node that was not expanded yet, which it is from now on; nil when the walk is over.
  @inline(__always)
  mutating func takeNext() -> UInt32? {
    while front < count {
      let node = unsafe space[front].node
      if node & CandidateList.expanded == 0 {
        unsafe space[front].node = node | CandidateList.expanded
        front += 1
        return node & ~CandidateList.removed
      }
      front += 1
    }
    return nil
  }

  subscript(index: Int) -> Candidate {
    precondition(index >= 0 && index < count, "a candidate is one of those kept")
    let entry = unsafe space[index]
    return Candidate(
      similarity: entry.similarity, node: entry.node & ~(CandidateList.expanded | CandidateList.removed),
      isRemoved: entry.node & CandidateList.removed != 0)
  }
}
