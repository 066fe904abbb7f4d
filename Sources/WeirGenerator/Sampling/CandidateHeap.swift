/// The k best candidates seen so far, in a heap whose root is the worst of them.
///
/// Nearly every token of a vocabulary is refused by one comparison with the root, so the best k of n cost about
/// n comparisons and k log k moves instead of a sort of n.
package struct CandidateHeap: Sendable {
  package private(set) var items: [Candidate] = []
  private var capacity = 0

  package init() {}

  /// Forget all candidates and keep room for `capacity` of them, at least one.
  package mutating func reset(capacity: Int) {
    precondition(capacity > 0, "a heap of \(capacity) candidates")
    self.capacity = capacity
    items.removeAll(keepingCapacity: true)
  }

  package mutating func offer(_ candidate: Candidate) {
    if items.count < capacity {
      items.append(candidate)
      rise(from: items.count - 1)
    } else if Candidate.isBefore(candidate, items[0]) {
      items[0] = candidate
      sink(from: 0)
    }
  }

  private mutating func rise(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard Candidate.isBefore(items[parent], items[child]) else { return }
      items.swapAt(parent, child)
      child = parent
    }
  }

  private mutating func sink(from start: Int) {
    var parent = start
    while true {
      var worst = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
        if Candidate.isBefore(items[worst], items[child]) { worst = child }
      }
      if worst == parent { return }
      items.swapAt(parent, worst)
      parent = worst
    }
  }
}
