/// Durations counted in buckets that are at most 1/64 of their value wide.
///
/// A quantile read from it is off by at most 0.8 % of the true one (half a bucket); values below 128 ns are exact.
/// Memory is bounded by the range of the values: 64 counters for each doubling, 30 KB for all of Int64.
package struct LatencyHistogram: Sendable, Equatable {
  private static let stepBits = 6
  private var counts: [Int] = []
  package private(set) var count = 0
  package private(set) var maximum: Int64 = 0

  package init() {}

  /// Counts one duration; a negative one, which a clock that was set back may give, counts as 0.
  package mutating func add(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    let bucket = LatencyHistogram.bucket(of: UInt64(value))
    if bucket >= counts.count { counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count)) }
    counts[bucket] += 1
    count += 1
    maximum = max(maximum, value)
  }

  /// The smallest duration that at least `fraction` (0...1) of those counted do not exceed; nil when empty.
  package func quantile(_ fraction: Double) -> Int64? {
    guard count > 0 else { return nil }
    let rank = min(count, max(1, Int((Double(count) * fraction).rounded(.up))))
    var seen = 0
    for (bucket, number) in counts.enumerated() {
      seen += number
      if seen >= rank { return min(maximum, LatencyHistogram.middle(of: bucket)) }
    }
    return maximum
  }

  /// Buckets 0..<128 hold one value each; above, every doubling has 64 of equal width.
  private static func bucket(of value: UInt64) -> Int {
    let octave = max(0, 63 - value.leadingZeroBitCount - stepBits)
    return octave << stepBits + Int(value >> UInt64(octave))
  }

  private static func middle(of bucket: Int) -> Int64 {
    let octave = max(0, bucket >> stepBits - 1)
    let lowest = Int64(bucket - octave << stepBits) << Int64(octave)
    return lowest + (Int64(1) << Int64(octave)) / 2
  }
}
