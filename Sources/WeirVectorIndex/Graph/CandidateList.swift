/// The best nodes that a walk has met, most similar first, each marked once its neighbours have been looked at.
@safe
struct CandidateList: ~Copyable {
  struct Candidate {
    var similarity: Float
    /// The top bit says that it was expanded.
    var node: UInt32
  }

  private static let expanded: UInt32 = 1 << 31

  private var space: UnsafeMutablePointer<Candidate>
  private var capacity: Int
  private(set) var count = 0
  /// Most candidates that are kept.
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
    if width > capacity {
      unsafe space.deallocate()
      capacity = width
      unsafe space = .allocate(capacity: capacity)
    }
    self.width = width
    count = 0
    front = 0
  }

  /// What a node must exceed to be kept.
  @inline(__always)
  var bar: Float { count < width ? -.infinity : unsafe space[count - 1].similarity }

  /// The node must be below 2^31.
  @inline(__always)
  mutating func insert(_ node: UInt32, _ similarity: Float) {
    guard similarity > bar else { return }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if unsafe space[middle].similarity >= similarity { low = middle + 1 } else { high = middle }
    }
    let moved = min(count, width - 1) - low
    if moved > 0 { unsafe (space + low + 1).update(from: space + low, count: moved) }
    unsafe space[low] = Candidate(similarity: similarity, node: node)
    if count < width { count += 1 }
    if low < front { front = low }
  }

  /// The most similar node that was not expanded yet, which it is from now on; nil when the walk is over.
  @inline(__always)
  mutating func takeNext() -> UInt32? {
    while front < count {
      let node = unsafe space[front].node
      if node & CandidateList.expanded == 0 {
        unsafe space[front].node = node | CandidateList.expanded
        front += 1
        return node
      }
      front += 1
    }
    return nil
  }

  subscript(index: Int) -> Candidate {
    precondition(index >= 0 && index < count, "a candidate is one of those kept")
    let candidate = unsafe space[index]
    return Candidate(similarity: candidate.similarity, node: candidate.node & ~CandidateList.expanded)
  }
}
