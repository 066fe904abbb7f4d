/// Percentiles of a step's times in nanoseconds, by nearest rank.
package struct LatencyFigures: Sendable, Equatable {
  package let median: Int64
  package let p95: Int64
  package let p99: Int64

  /// Nil where there are no times.
  init?(_ times: [Int64]) {
    guard !times.isEmpty else { return nil }
    let sorted = times.sorted()
    func rank(_ percent: Int) -> Int64 { sorted[max((sorted.count * percent + 99) / 100 - 1, 0)] }
    (median, p95, p99) = (rank(50), rank(95), rank(99))
  }
}
