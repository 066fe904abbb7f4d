/// Times of the same work, done several times.
package struct BenchmarkTimes: Sendable, Equatable {
  /// In nanoseconds, shortest first.
  package let sorted: [Int64]

  /// At least one time.
  package init(_ nanoseconds: [Int64]) {
    precondition(!nanoseconds.isEmpty, "a measurement has at least one time")
    sorted = nanoseconds.sorted()
  }

  package var best: Double { Double(sorted[0]) }

  /// The middle one; of an even number the mean of the middle two.
  package var median: Double {
    let half = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? Double(sorted[half - 1] + sorted[half]) / 2 : Double(sorted[half])
  }

  /// The shortest time that 99 of 100 do not exceed; the longest of fewer than a hundred.
  package var p99: Double {
    Double(sorted[max((sorted.count * 99 + 99) / 100 - 1, 0)])
  }
}
