/// Counts of what calls came to over the last while, in buckets: old ones leave a bucket at a time.
///
/// Times are durations since any one moment, and never go back. Memory is that of its buckets, whatever the traffic.
package struct OutcomeWindow: Sendable, Hashable {
  package struct Counts: Sendable, Hashable {
    package var calls = 0
    package var failures = 0
    /// Calls that took too long, be they answered or not.
    package var slow = 0

    package var errorShare: Double { calls == 0 ? 0 : Double(failures) / Double(calls) }
    package var slowShare: Double { calls == 0 ? 0 : Double(slow) / Double(calls) }
  }

  private struct Bucket: Sendable, Hashable {
    /// Which step of time it counts; older ones count nothing.
    var step: Int64 = .min
    var counts = Counts()
  }

  private let width: Duration
  private var buckets: [Bucket]

  /// `span` is divided into `buckets` steps; what is counted is between `span` less one step and `span` old.
  package init(span: Duration, buckets: Int = 10) {
    precondition(span > .zero && buckets > 0, "a window has a length and buckets")
    width = span / buckets
    self.buckets = Array(repeating: Bucket(), count: buckets)
  }

  package mutating func add(isFailure: Bool, isSlow: Bool, at now: Duration) {
    let step = step(now)
    let place = Int(step % Int64(buckets.count))
    if buckets[place].step != step { buckets[place] = Bucket(step: step) }
    buckets[place].counts.calls += 1
    if isFailure { buckets[place].counts.failures += 1 }
    if isSlow { buckets[place].counts.slow += 1 }
  }

  package func counts(at now: Duration) -> Counts {
    let step = step(now)
    return buckets.reduce(into: Counts()) { sum, bucket in
      guard bucket.step > step - Int64(buckets.count), bucket.step <= step else { return }
      sum.calls += bucket.counts.calls
      sum.failures += bucket.counts.failures
      sum.slow += bucket.counts.slow
    }
  }

  package mutating func clear() {
    for place in buckets.indices { buckets[place] = Bucket() }
  }

  private func step(_ now: Duration) -> Int64 { max(0, Int64(now / width)) }
}
