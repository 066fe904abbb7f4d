/// The latest tokens of a text, and how often each occurs among them.
///
/// A ring of fixed capacity, so that taking a token in costs the same at any length and allocates nothing.
package struct RepetitionWindow: Sendable {
  private var ring: [Int32]
  private var counts: [Int32: Int] = [:]
  private var next = 0
  private let capacity: Int

  package init(capacity: Int) {
    precondition(capacity >= 0, "a window of \(capacity) tokens")
    self.capacity = capacity
    // A window larger than any text would otherwise reserve memory by a caller's number.
    ring = []
    ring.reserveCapacity(min(capacity, 1024))
    counts.reserveCapacity(min(capacity, 1024))
  }

  /// The distinct tokens in the window, in no order.
  package var tokens: Dictionary<Int32, Int>.Keys { counts.keys }

  package mutating func append(_ token: Int32) {
    guard capacity > 0 else { return }
    if ring.count < capacity {
      ring.append(token)
    } else {
      let leaving = ring[next]
      let left = (counts[leaving] ?? 0) - 1
      counts[leaving] = left > 0 ? left : nil
      ring[next] = token
      next = next + 1 == capacity ? 0 : next + 1
    }
    counts[token, default: 0] += 1
  }
}
