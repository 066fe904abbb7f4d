/// Ids in the order they came, with removal by forgetting: what is no longer valid is dropped when it comes up.
struct ArrivalQueue: Sendable {
  private var entries: [(number: Int64, id: Int64)] = []
  private var head = 0
  private var next: Int64 = 0
  private var removals = 0

  /// Returns the arrival's number, which is never used again.
  mutating func append(_ id: Int64) -> Int64 {
    defer { next += 1 }
    entries.append((next, id))
    return next
  }

  /// The oldest entry that `isValid`.
  mutating func first(where isValid: (Int64, Int64) -> Bool) -> Int64? {
    while head < entries.count {
      let entry = entries[head]
      if isValid(entry.number, entry.id) { return entry.id }
      head += 1
    }
    return nil
  }

  /// Tells that one entry lost its validity; every so often all of those are dropped, so that memory stays within
  /// twice what is valid.
  mutating func noteRemoval(_ isValid: (Int64, Int64) -> Bool) {
    removals += 1
    guard removals > 64, removals * 2 > entries.count else { return }
    entries = entries[head...].filter { isValid($0.number, $0.id) }
    head = 0
    removals = 0
  }
}
