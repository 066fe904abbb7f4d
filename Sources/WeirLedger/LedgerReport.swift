package import WeirDomain
package import WeirStore

/// What the ledger says about a span of time, whole and by group.
package struct LedgerReport: Sendable, Equatable {
  /// Which events, and how they are split.
  package struct Query: Sendable, Hashable {
    package var dimension: ReportDimension?
    /// The first moment that counts; nil is the ledger's beginning.
    package var since: Timestamp?
    /// The first moment that no longer counts; nil is the ledger's end.
    package var until: Timestamp?
    /// Groups shown by name; the rest are summed up as others.
    package var groupLimit: Int

    package init(
      dimension: ReportDimension? = nil, since: Timestamp? = nil, until: Timestamp? = nil, groupLimit: Int = 20
    ) {
      precondition(groupLimit >= 1, "a report shows at least one group")
      self.dimension = dimension
      self.since = since
      self.until = until
      self.groupLimit = groupLimit
    }
  }

  package struct Group: Sendable, Equatable {
    /// Nil collects events without a value of the dimension. Comes from outside: escape it before it is shown.
    package var name: String?
    package var summary: ReportSummary
  }

  package var query: Query
  package var total: ReportSummary
  /// At most `query.groupLimit`, in the order to show: days and tiers by rank, others by cost, then requests.
  package var groups: [Group]
  /// What the groups beyond the limit sum up to; nil where there are none.
  package var others: ReportSummary?
  /// How many groups `others` holds; a lower bound when `isNameCountBounded`.
  package var otherCount: Int
  /// True when there were more than `LedgerReport.nameLimit` names: those first met beyond it were not ranked.
  package var isNameCountBounded: Bool

  /// Names that are counted exactly before ranking; more would let outside values decide the memory needed.
  package static let nameLimit = 65_536

  /// Reads the events twice, first to rank groups, then to sum up, on one state of the ledger.
  ///
  /// Memory does not grow with the number of events; time does.
  package static func make(_ query: Query, from store: Store) throws -> LedgerReport {
    try store.read { transaction in try make(query, in: transaction) }
  }

  package static func make(_ query: Query, in transaction: borrowing StoreTransaction) throws -> LedgerReport {
    var ranking = GroupRanking(limit: nameLimit)
    if let dimension = query.dimension {
      try transaction.rows(
        "SELECT \(dimension.expression), cost FROM cost_event WHERE at >= ? AND at < ?", query.bounds
      ) { row in
        ranking.add(try row.optionalText(0), cost: Money(picodollars: try row.integer(1)))
      }
    }
    let names = query.dimension.map { ranking.top(query.groupLimit, by: $0) } ?? []
    var slots: [String?: Int] = [:]
    for (slot, name) in names.enumerated() { slots[name] = slot }

    var total = ReportSummary()
    var summaries = names.map { _ in ReportSummary() }
    var others: ReportSummary?
    try transaction.rows(
      "SELECT \(query.dimension?.expression ?? "NULL"), \(Ledger.columns) FROM cost_event WHERE at >= ? AND at < ?",
      query.bounds
    ) { row in
      let event = try Ledger.event(row, from: 1)
      total.add(event)
      guard query.dimension != nil else { return }
      if let slot = slots[try row.optionalText(0)] {
        summaries[slot].add(event)
      } else {
        others = others ?? ReportSummary()
        others?.add(event)
      }
    }
    let groups = zip(names, summaries).map { name, summary in
      Group(name: query.dimension == .day ? name.flatMap(dayName) : name, summary: summary)
    }
    return LedgerReport(
      query: query, total: total, groups: groups, others: others, otherCount: ranking.count - names.count,
      isNameCountBounded: ranking.isBounded)
  }

  private static func dayName(_ number: String) -> String? {
    Int64(number).map { CalendarDay(of: Timestamp(milliseconds: $0 * 86_400_000)).description }
  }
}

extension LedgerReport.Query {
  fileprivate var bounds: [StoreValue] {
    [.integer(since?.milliseconds ?? .min), .integer(until?.milliseconds ?? .max)]
  }
}
