internal import Synchronization
internal import WeirDomain
internal import WeirProviders

/// How long one remote model's answers took lately.
///
/// Samples leave after `lifetime`: a model that was slow is tried again, and one that nobody asked is not known. Few are
/// kept, so that percentiles follow what the model does now.
struct LatencyRecord: Sendable, Hashable {
  /// Fewer say nothing.
  static let least = 5
  static let most = 64
  /// 15 minutes, in nanoseconds.
  static let lifetime: Int64 = 900_000_000_000

  private struct Sample: Sendable, Hashable {
    var at: Int64
    var nanoseconds: Int64
  }

  /// In the order of time.
  private var samples: [Sample] = []
  /// The percentiles of all samples, until the oldest of them leaves.
  private(set) var latency: RemoteOption.Latency?

  /// An answer that took `nanoseconds` and came at `now`, both of a monotonic clock.
  mutating func add(nanoseconds: Int64, at now: Int64) {
    samples.append(Sample(at: now, nanoseconds: max(nanoseconds, 0)))
    if samples.count > Self.most { samples.removeFirst(samples.count - Self.most) }
    expire(at: now, isStale: true)
  }

  /// Nil where too few answers came lately.
  mutating func latency(at now: Int64) -> RemoteOption.Latency? {
    expire(at: now, isStale: false)
    return latency
  }

  private mutating func expire(at now: Int64, isStale: Bool) {
    let old = samples.prefix { now - $0.at > Self.lifetime }.count
    samples.removeFirst(old)
    guard isStale || old > 0 else { return }
    guard samples.count >= Self.least else {
      latency = nil
      return
    }
    let sorted = samples.map(\.nanoseconds).sorted()
    // The smallest sample that the share of all samples does not exceed (nearest rank).
    func milliseconds(_ share: Double) -> Int {
      Int(sorted[max(Int((share * Double(sorted.count)).rounded(.up)), 1) - 1] / 1_000_000)
    }
    latency = RemoteOption.Latency(median: milliseconds(0.5), p95: milliseconds(0.95))
  }
}

/// The records of all remote models of a node, by the model's name.
final class ObservedLatencies: Sendable {
  private let records = Mutex<[String: LatencyRecord]>([:])

  func add(nanoseconds: Int64, of model: String, at now: Int64) {
    records.withLock { $0[model, default: LatencyRecord()].add(nanoseconds: nanoseconds, at: now) }
  }

  func latency(of model: String, at now: Int64) -> RemoteOption.Latency? {
    records.withLock { $0[model]?.latency(at: now) }
  }
}

/// What a cascade knows of time: when its request has to be answered, and whom to tell how long answers took.
struct CascadeWatch: Sendable {
  /// Monotonic nanoseconds.
  let now: @Sendable () -> Int64
  /// Nil where there is none.
  let deadline: Int64?
  let latencies: ObservedLatencies

  var isOver: Bool { deadline.map { now() >= $0 } ?? false }

  /// Nil without a deadline.
  var left: Duration? { deadline.map { .nanoseconds(max($0 - now(), 0)) } }

  /// A failure tells how long an answer takes only where it came of waiting too long: it would have taken longer still.
  func observe(_ route: RemoteRoutes.Route, since begin: Int64, error: ProviderFailure?) {
    guard error == nil || error?.kind == .timedOut else { return }
    let end = now()
    latencies.add(nanoseconds: end - begin, of: route.model, at: end)
  }
}

extension Router {
  func watch(_ way: Passage) -> CascadeWatch {
    CascadeWatch(now: parts.clock.monotonic, deadline: way.deadline, latencies: latencies)
  }
}
