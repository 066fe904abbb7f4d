/// The merge rules of a byte-pair vocabulary: which two tokens join to which third, and in which order.
struct MergeTable: Sendable {
  struct Merge: Sendable {
    /// Lower ranks are merged first.
    let rank: UInt32
    let result: Int32
  }

  private var merges: [UInt64: Merge] = [:]

  init(capacity: Int) { merges.reserveCapacity(capacity) }

  /// A pair that is given twice takes the later rule.
  mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) { merges[Self.key(left, right)] = merge }

  /// The rule for two neighbours, or nil; ids below zero (unknown characters) have none.
  func merge(_ left: Int32, _ right: Int32) -> Merge? { merges[Self.key(left, right)] }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// Joins neighbours in `symbols` until no rule applies: always the lowest rank, of equal ranks the leftmost.
  ///
  /// Short words take a scan a step; long ones a heap over a linked list, so that 1 MB of one letter costs n log n.
  func apply(to symbols: inout [Int32]) {
    if symbols.count < 2 { return }
    symbols.count <= 32 ? applyByScanning(&symbols) : applyByHeap(&symbols)
  }

  func applyByScanning(_ symbols: inout [Int32]) {
    while symbols.count > 1 {
      var best: Merge?
      var place = 0
      for index in 0..<(symbols.count - 1) {
        if let merge = merge(symbols[index], symbols[index + 1]), merge.rank < best?.rank ?? .max {
          best = merge
          place = index
        }
      }
      guard let best else { return }
      symbols[place] = best.result
      symbols.remove(at: place + 1)
    }
  }

  func applyByHeap(_ symbols: inout [Int32]) {
    precondition(symbols.count < Int(Int32.max), "A text of 2 GB or more must be cut before it is tokenized.")
    let none = Int32(-1)
    var next = (0..<Int32(symbols.count)).map { $0 + 1 }
    next[symbols.count - 1] = none
    var previous = (0..<Int32(symbols.count)).map { $0 - 1 }
    // A symbol that was joined to its left neighbour is gone.
    var isGone = [Bool](repeating: false, count: symbols.count)
    var heap = RankHeap()
    for index in 0..<(symbols.count - 1) {
      if let merge = merge(symbols[index], symbols[index + 1]) { heap.add(merge.rank, Int32(index)) }
    }
    heap.order()
    while let (rank, place) = heap.removeFirst() {
      let left = Int(place)
      // Entries whose pair has changed since are stale: they are recognized by their rule.
      guard !isGone[left], next[left] != none else { continue }
      let right = Int(next[left])
      guard let merge = merge(symbols[left], symbols[right]), merge.rank == rank else { continue }
      symbols[left] = merge.result
      isGone[right] = true
      next[left] = next[right]
      if next[left] != none {
        previous[Int(next[left])] = place
        if let merge = self.merge(symbols[left], symbols[Int(next[left])]) { heap.insert(merge.rank, place) }
      }
      if previous[left] != none {
        if let merge = self.merge(symbols[Int(previous[left])], symbols[left]) {
          heap.insert(merge.rank, previous[left])
        }
      }
    }
    symbols = zip(symbols, isGone).filter { !$0.1 }.map { $0.0 }
  }
}

/// A binary heap of (rank, place), smallest first, packed into one number each.
struct RankHeap {
  private var keys: [UInt64] = []

  /// Adds without keeping the order; `order` must follow.
  mutating func add(_ rank: UInt32, _ place: Int32) { keys.append(UInt64(rank) << 32 | UInt64(place)) }

  mutating func order() {
    for index in stride(from: keys.count / 2 - 1, through: 0, by: -1) { sink(index) }
  }

  mutating func insert(_ rank: UInt32, _ place: Int32) {
    add(rank, place)
    var child = keys.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if keys[parent] <= keys[child] { return }
      keys.swapAt(parent, child)
      child = parent
    }
  }

  mutating func removeFirst() -> (rank: UInt32, place: Int32)? {
    guard let first = keys.first, let last = keys.popLast() else { return nil }
    if !keys.isEmpty {
      keys[0] = last
      sink(0)
    }
    return (UInt32(first >> 32), Int32(truncatingIfNeeded: first & 0xFFFF_FFFF))
  }

  private mutating func sink(_ start: Int) {
    let key = keys[start]
    var parent = start
    while true {
      var child = 2 * parent + 1
      if child >= keys.count { break }
      if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
      if keys[child] >= key { break }
      keys[parent] = keys[child]
      parent = child
    }
    keys[parent] = key
  }
}
