/// When a second request is sent beside a slow first one: the first answer is taken, and both are paid for.
///
/// Off unless configured. A hedge sets out once the first request takes longer than almost all of the last ones did,
/// as long as hedges stay below their share of the traffic: when everything is slow, hedging would double the load.
package struct HedgePolicy: Sendable, Hashable {
  package struct Settings: Sendable, Hashable {
    /// The percentile of the last latencies after which a hedge sets out, 0...1; nil never hedges.
    package var percentile: Double?
    /// Before that many calls the percentile says little.
    package var leastSamples: Int
    /// Hedges for each request.
    package var share: Double
    /// A hedge sooner than this helps nobody.
    package var leastDelay: Duration

    package init(
      percentile: Double? = nil, leastSamples: Int = 20, share: Double = 0.05,
      leastDelay: Duration = .milliseconds(20)
    ) {
      self.percentile = percentile
      self.leastSamples = leastSamples
      self.share = share
      self.leastDelay = leastDelay
    }
  }

  private let settings: Settings
  private var budget: RetryBudget
  package private(set) var latencies: LatencyWindow

  package init(_ settings: Settings = Settings()) {
    self.settings = settings
    budget = RetryBudget(.init(share: settings.share, floor: 0, most: 10))
    latencies = LatencyWindow()
  }

  /// A call was answered.
  package mutating func answered(in latency: Duration) { latencies.add(latency) }

  /// A call's first request sets out.
  package mutating func earn() { budget.earn() }

  /// How long the first request of a call has before a hedge; nil where none is to be sent.
  package var delay: Duration? {
    guard let percentile = settings.percentile, latencies.count >= settings.leastSamples else { return nil }
    return latencies.percentile(percentile).map { max($0, settings.leastDelay) }
  }

  /// Whether the hedge that is due may be sent; each is counted.
  package mutating func maySend(at now: Duration) -> Bool { budget.spend(at: now) }
}
