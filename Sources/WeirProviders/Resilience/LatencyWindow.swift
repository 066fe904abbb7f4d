/// The latencies of the last calls, for percentiles that follow what a server does now.
///
/// Memory is that of its samples; a percentile sorts them, microseconds for the default size.
package struct LatencyWindow: Sendable, Hashable {
  private let capacity: Int
  private var samples: [Duration] = []
  private var next = 0

  package init(capacity: Int = 256) {
    precondition(capacity > 0, "a window keeps samples")
    self.capacity = capacity
  }

  package var count: Int { samples.count }

  package mutating func add(_ latency: Duration) {
    if samples.count < capacity {
      samples.append(latency)
    } else {
      samples[next] = latency
      next = (next + 1) % capacity
    }
  }

  /// The smallest sample that `share` of all samples do not exceed (nearest rank); nil without samples.
  package func percentile(_ share: Double) -> Duration? {
    guard !samples.isEmpty else { return nil }
    let rank = Int((min(max(share, 0), 1) * Double(samples.count)).rounded(.up))
    return samples.sorted()[max(0, min(samples.count, rank) - 1)]
  }
}
