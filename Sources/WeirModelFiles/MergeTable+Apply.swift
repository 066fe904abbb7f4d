/// Memory that merging uses again from word to word.
struct MergeWorkspace: Sendable {
  /// The rule for each symbol and the one after it, as `MergeTable.packed`.
  fileprivate var pairs: [UInt64] = []
  fileprivate var heap = RankHeap()

  /// Gives back what a long text needed; short words keep theirs.
  mutating func trim() {
    if pairs.count > 1 << 16 { self = MergeWorkspace() }
  }
}

extension MergeTable {
  /// Words of up to this many symbols are merged by scanning.
  static let longestScanned = 48

  /// Joins neighbours in `symbols[start...]` until no rule applies: always the lowest rank, of equal ranks the leftmost.
  ///
  /// Short words take a scan a step; long ones a heap over a linked list, so that 1 MB of one letter costs n log n.
  func apply(to symbols: inout [Int32], from start: Int, _ workspace: inout MergeWorkspace) {
    let count = symbols.count - start
    if count < 2 { return }
    if count <= Self.longestScanned {
      applyByScanning(&symbols, from: start, &workspace)
    } else {
      applyByHeap(&symbols, from: start, &workspace)
    }
  }

  func applyByScanning(_ symbols: inout [Int32], from start: Int, _ workspace: inout MergeWorkspace) {
    var count = symbols.count - start
    if count < 2 { return }
    prepare(symbols, from: start, &workspace)
    var pairs = workspace.pairs.mutableSpan
    var words = symbols.mutableSpan
    while true {
      var best = Self.none
      var place = 0
      for index in 0..<(count - 1) where pairs[index] >> 32 < best >> 32 {
        best = pairs[index]
        place = index
      }
      if best == Self.none { break }
      words[start + place] = Self.result(best)
      count -= 1
      var index = place + 1
      while index < count {
        words[start + index] = words[start + index + 1]
        pairs[index] = pairs[index + 1]
        index += 1
      }
      pairs[count - 1] = Self.none
      if place > 0 { pairs[place - 1] = packed(words[start + place - 1], words[start + place]) }
      if place < count - 1 { pairs[place] = packed(words[start + place], words[start + place + 1]) }
      if count < 2 { break }
    }
    symbols.removeLast(symbols.count - start - count)
  }

  func applyByHeap(_ symbols: inout [Int32], from start: Int, _ workspace: inout MergeWorkspace) {
    let count = symbols.count - start
    precondition(count < Int(Int32.max), "A text of 2 GB or more must be cut before it is tokenized.")
    if count < 2 { return }
    prepare(symbols, from: start, &workspace)
    let none = Int32(-1)
    var heap = RankHeap()
    swap(&heap, &workspace.heap)
    heap.removeAll()
    var nextPlaces = (1...Int32(count)).map { $0 }
    nextPlaces[count - 1] = none
    var previousPlaces = (-1..<Int32(count - 1)).map { $0 }
    var pairs = workspace.pairs.mutableSpan
    var next = nextPlaces.mutableSpan
    var previous = previousPlaces.mutableSpan
    var words = symbols.mutableSpan
    for index in 0..<(count - 1) where pairs[index] != Self.none {
      heap.add(UInt32(pairs[index] >> 32), Int32(truncatingIfNeeded: index))
    }
    heap.order()
    while let (rank, place) = heap.removeFirst() {
      let left = Int(place)
      // Entries whose pair has changed since are stale: they are recognized by their rule.
      guard pairs[left] != Self.none, pairs[left] >> 32 == UInt64(rank) else { continue }
      let right = Int(next[left])
      words[start + left] = Self.result(pairs[left])
      let after = next[right]
      next[left] = after
      pairs[right] = Self.none
      pairs[left] = Self.none
      next[right] = -2  // gone
      if after != none {
        previous[Int(after)] = place
        pairs[left] = packed(words[start + left], words[start + Int(after)])
        if pairs[left] != Self.none { heap.insert(UInt32(pairs[left] >> 32), place) }
      }
      let before = previous[left]
      if before != none {
        pairs[Int(before)] = packed(words[start + Int(before)], words[start + left])
        if pairs[Int(before)] != Self.none { heap.insert(UInt32(pairs[Int(before)] >> 32), before) }
      }
    }
    var kept = 0
    for index in 0..<count where next[index] != -2 {
      words[start + kept] = words[start + index]
      kept += 1
    }
    workspace.heap = heap
    symbols.removeLast(count - kept)
  }

  private func prepare(_ symbols: [Int32], from start: Int, _ workspace: inout MergeWorkspace) {
    let count = symbols.count - start
    if workspace.pairs.count < count {
      workspace.pairs = [UInt64](repeating: Self.none, count: max(count, Self.longestScanned))
    }
    var pairs = workspace.pairs.mutableSpan
    let words = symbols.span
    for index in 0..<(count - 1) { pairs[index] = packed(words[start + index], words[start + index + 1]) }
    pairs[count - 1] = Self.none
  }
}
