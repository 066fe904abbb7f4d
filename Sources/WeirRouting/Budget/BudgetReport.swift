package import WeirDomain
internal import WeirLedger
internal import WeirReview
package import WeirStore

/// All that is known of the error budget: what holds, why, whether it is kept, and how well prompts are routed.
package struct BudgetReport: Sendable {
  /// Answered requests.
  package struct Traffic: Sendable, Hashable {
    package var answered = 0
    /// By templates and the generator.
    package var local = 0
    package var cached = 0

    /// Of those that no cache answered, the share that this host answered; nil without any.
    package var coverage: Double? {
      answered > cached ? Double(local) / Double(answered - cached) : nil
    }
  }

  /// Time that was added before a remote model was asked.
  package struct Delay: Sendable, Hashable {
    package var requests: Int
    /// In nanoseconds; nil without requests.
    package var median: Int64?
    package var p95: Int64?
  }

  package var head: String
  package var delta: Double
  package var since: Timestamp?
  package var entries: [BudgetTable.Entry]
  /// Budgets that only the shadow decides under.
  package var shadowShares: Set<Double>
  package var readings: [BudgetWatch.Reading]
  package var states: [BudgetState]
  /// Newest first.
  package var events: [BudgetLog.Event]
  package var traffic: [BudgetScope: Traffic]
  package var metrics: RouterMetrics
  package var delay: Delay
  /// Nil without a shadow.
  package var shadow: ShadowReport?
  package var background: BackgroundQueue.Counts

  package static let mostEvents = 20

  /// Reads the database; changes nothing.
  package static func make(
    _ keeper: BudgetKeeper, shadow: ShadowPolicy?, from store: Store, since: Timestamp?
  ) throws -> BudgetReport {
    let snapshot = try keeper.derived(from: store)
    return try store.read { transaction in
      var collector = RouterMetrics.Collector(head: keeper.head, since: since)
      try ReviewQueue.judged(in: transaction) { collector.add($0) }
      let samples = try transaction.first(
        "SELECT count(*) FROM review_sample WHERE at >= ?", [.integer(since?.milliseconds ?? .min)]
      ) { row in Int(try row.integer(0)) }
      return BudgetReport(
        head: keeper.head, delta: keeper.settings.delta, since: since, entries: snapshot.table.entries,
        shadowShares: keeper.shadowShares,
        readings: snapshot.readings, states: snapshot.states,
        events: try BudgetLog.events(head: keeper.head, limit: mostEvents, in: transaction),
        traffic: try traffic(of: snapshot.table.entries.map(\.scope), since, in: transaction),
        metrics: collector.metrics(samples: samples ?? 0, delta: keeper.settings.delta),
        delay: try delay(since, in: transaction),
        shadow: try shadow.map { try ShadowReport.make($0.name, delta: keeper.settings.delta, in: transaction) },
        background: try BackgroundQueue.counts(in: transaction))
    }
  }

  private static func traffic(
    of scopes: [BudgetScope], _ since: Timestamp?, in transaction: borrowing StoreTransaction
  ) throws -> [BudgetScope: Traffic] {
    var traffic: [BudgetScope: Traffic] = [:]
    let wanted = Set(scopes)
    let shares = Set(scopes.map(\.share))
    try transaction.rows(
      """
      SELECT tenant, intent, tier, count(*) FROM cost_event WHERE outcome = 'answered' AND at >= ?
      GROUP BY tenant, intent, tier
      """, [.integer(since?.milliseconds ?? .min)]
    ) { row in
      let (tenant, intent) = (try row.text(0), try row.optionalText(1))
      let tier = row.isNull(2) ? nil : Tier(rawValue: try row.text(2))
      let count = Int(try row.integer(3))
      for share in shares {
        let scopes: Set = [
          BudgetScope(share: share), BudgetScope(tenant: tenant, share: share),
          BudgetScope(tenant: tenant, intent: intent, share: share),
        ]
        for scope in scopes where wanted.contains(scope) {
          traffic[scope, default: Traffic()].answered += count
          if tier?.isCache == true { traffic[scope]?.cached += count }
          if tier?.isLocal == true, tier?.isCache == false { traffic[scope]?.local += count }
        }
      }
    }
    return traffic
  }

  private static func delay(_ since: Timestamp?, in transaction: borrowing StoreTransaction) throws -> Delay {
    var histogram = LatencyHistogram()
    try Ledger.timings(ofRemoteSince: since, in: transaction) { timings in
      histogram.add(
        timings.lazy.filter { $0.step != .answer && $0.step != .record }.reduce(0) { $0 + $1.nanoseconds })
    }
    return Delay(requests: histogram.count, median: histogram.quantile(0.5), p95: histogram.quantile(0.95))
  }
}
