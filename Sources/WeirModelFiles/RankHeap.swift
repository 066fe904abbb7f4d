/// A binary heap of (rank, place), smallest first, packed into one number each.
struct RankHeap: Sendable {
  private var keys: [UInt64] = []

  /// Adds without keeping the order; `order` must follow.
  mutating func add(_ rank: UInt32, _ place: Int32) { keys.append(UInt64(rank) << 32 | UInt64(place)) }

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

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
