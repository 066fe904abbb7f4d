internal import Dispatch
internal import Synchronization
package import WeirDomain
package import WeirRisk
package import WeirStore

/// Says at each decision what confidence a local answer needs, and keeps that up to date with the labels that come in.
///
/// Looking up takes a lock and up to three look-ups in a dictionary. Everything else is derived from rows of the
/// database, the same from the same rows: a restart loses nothing, and two processes on one state agree.
package final class BudgetKeeper: Sendable {
  package struct Settings: Sendable, Hashable {
    /// Chance that a promise is broken, 0 < delta < 1.
    package var delta: Double
    /// The least share of local answers that is audited, 0...1.
    package var leastProbability: Double
    /// How soon new labels count.
    package var rederiveMilliseconds: Int64

    package init(delta: Double = 0.1, leastProbability: Double = 0.01, rederiveMilliseconds: Int64 = 60_000) {
      self.delta = delta
      self.leastProbability = leastProbability
      self.rederiveMilliseconds = rederiveMilliseconds
    }
  }

  /// All that is derived from one state of the rows.
  package struct Snapshot: Sendable, Equatable {
    package var table = BudgetTable()
    package var readings: [BudgetWatch.Reading] = []
    package var states: [BudgetState] = []

    /// Alarms that are in force: those that reviewed answers have ended are not among them.
    package var alarms: [BudgetState] {
      states.filter { state in
        state.level > 0 && table.entries.contains { $0.scope == state.scope && $0.isRaised }
      }
    }
  }

  private struct State {
    var snapshot = Snapshot()
    var signature: BudgetLog.Signature?
    /// When the rows were last looked at.
    var lookedAt: Int64 = .min
    var isLooking = false
    /// Sentences that nobody has been told.
    var notices: [String] = []
  }

  /// Which classifier's confidences are kept.
  package let head: String
  package let settings: Settings
  /// Budgets that only a policy which does not act decides under.
  package let shadowShares: Set<Double>
  private let models: RiskTable?
  private let budgets: [ErrorBudget]
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "weir.budget", qos: .utility)

  /// `models` are the labelled rows of the models; `budgets` all that a request may be decided under, the node's own
  /// first; `shadowBudgets` those of a policy that does not act.
  package init(
    head: String, models: RiskTable?, budgets: [ErrorBudget], shadowBudgets: [ErrorBudget] = [],
    settings: Settings = Settings()
  ) {
    self.head = head
    self.models = models
    self.budgets = budgets + shadowBudgets.filter { !budgets.contains($0) }
    shadowShares = Set(shadowBudgets.map(\.share)).subtracting(budgets.map(\.share))
    self.settings = settings
    let table = derive(BudgetEvidence(), [])
    state.withLock { $0.snapshot.table = table }
  }

  package var snapshot: Snapshot { state.withLock { $0.snapshot } }

  /// What a local answer to this tenant's intent needs.
  package func acceptance(tenant: String, intent: String, budget: ErrorBudget) -> Acceptance {
    state.withLock { $0.snapshot.table.acceptance(tenant: tenant, intent: intent, budget: budget) }
  }

  /// What the monitor has to say and has not said yet.
  package func takeNotices() -> [String] {
    state.withLock { state in
      defer { state.notices = [] }
      return state.notices
    }
  }

  /// Looks at the rows on a thread of its own where it is time to.
  ///
  /// What goes wrong there leaves what was derived before, and the next look says it again.
  package func lookIfDue(_ store: Store, at now: Timestamp) {
    let isDue = state.withLock { state in
      guard !state.isLooking, isTime(state, now) else { return false }
      state.isLooking = true
      return true
    }
    guard isDue else { return }
    queue.async { [self] in
      do { try refresh(from: store, at: now) } catch {
        state.withLock { $0.notices.append("thresholds and monitor stay as they were: \(Self.sentence(error))") }
      }
      state.withLock { $0.isLooking = false }
    }
  }

  /// Waits for a look that is going on, so that the store can be closed.
  package func finish() { queue.sync {} }

  private func isTime(_ state: State, _ now: Timestamp) -> Bool {
    let (passed, overflow) = now.milliseconds.subtractingReportingOverflow(state.lookedAt)
    // A clock that went back does not stop the schedule.
    return overflow || passed >= settings.rederiveMilliseconds || passed < 0
  }

  /// Derives thresholds anew and lets the monitor decide, where there are new rows; returns the alarms of this process.
  @discardableResult
  package func refresh(from store: Store, at now: Timestamp) throws -> [BudgetState] {
    let known = state.withLock { state in
      state.lookedAt = now.milliseconds
      return state.signature
    }
    let signature = try store.read { try BudgetLog.signature(in: $0) }
    guard signature != known else { return [] }
    var rows = try read(store)
    var readings = readings(rows)
    let table = derive(rows.evidence, rows.states)
    let alarms = watch.alarms(readings, rows.evidence, states: rows.states, table: table, at: now)
    var own: [BudgetState] = []
    if !alarms.isEmpty {
      own = try store.write { transaction in
        try alarms.filter { alarm in
          guard let reading = readings.first(where: { $0.scope == alarm.scope && $0.isBroken }) else { return false }
          return try BudgetLog.keep(alarm, reading, head: head, in: transaction)
        }
      }
      rows = try read(store)
      readings = self.readings(rows)
    }
    let snapshot = Snapshot(table: derive(rows.evidence, rows.states), readings: readings, states: rows.states)
    state.withLock { state in
      state.signature = rows.signature
      state.snapshot = snapshot
      state.notices += own.map(\.sentence)
    }
    return own
  }

  /// What the rows come to, without acting on it and without keeping it.
  package func derived(from store: Store) throws -> Snapshot {
    let rows = try read(store)
    return Snapshot(table: derive(rows.evidence, rows.states), readings: readings(rows), states: rows.states)
  }

  private func readings(_ rows: Rows) -> [BudgetWatch.Reading] {
    var readings = watch.readings(rows.evidence, states: rows.states)
    if let everybody, let reports = watch.reading(rows.reports, scope: everybody, states: rows.states) {
      readings.append(reports)
    }
    return readings
  }

  /// Whose answers the reports are about: nothing says under which budget an answer was given, so it is the node's own.
  private var everybody: BudgetScope? { budgets.first.map { BudgetScope(share: $0.share) } }

  /// What was read at one moment.
  private struct Rows {
    var evidence: BudgetEvidence
    var states: [BudgetState]
    var reports: AnswerReports.Counts
    var signature: BudgetLog.Signature
  }

  private var watch: BudgetWatch {
    BudgetWatch(delta: settings.delta, leastProbability: max(settings.leastProbability, 1e-4))
  }

  private func read(_ store: Store) throws -> Rows {
    try store.read { transaction in
      let states = try BudgetLog.states(head: head, in: transaction)
      return Rows(
        evidence: try BudgetEvidence.read(head: head, in: transaction), states: states,
        reports: try AnswerReports.counts(
          since: states.first { $0.scope == everybody }?.since, in: transaction),
        signature: try BudgetLog.signature(in: transaction))
    }
  }

  private func derive(_ evidence: BudgetEvidence, _ states: [BudgetState]) -> BudgetTable {
    BudgetTable(evidence, models: models, budgets: budgets, states: states, delta: settings.delta)
  }

  private static func sentence(_ error: any Error) -> String {
    (error as? any WeirFailure)?.message ?? "an unexpected failure of type \(type(of: error))"
  }
}

extension BudgetState {
  /// What the monitor did, for a person.
  package var sentence: String {
    let whose = scope.name
    let budget = "\((scope.share * 100).decimals(2)) %"
    if raisedTo.isInfinite {
      return
        "more local answers for \(whose) were wrong than the error budget of \(budget) allows: none is given any more"
        + " until reviewed answers show that it is kept; weir budget says more"
    }
    return
      "more local answers for \(whose) were wrong than the error budget of \(budget) allows: from now on they need "
      + "confidence \(raisedTo.decimals(3)); weir budget says more"
  }
}

extension BudgetScope {
  /// Whose requests, for a sentence; tenants' names are the callers' words and shown with care.
  package var name: String {
    switch (tenant, intent) {
    case (nil, nil): "everybody"
    case (let tenant?, nil): "tenant \(TextColumn.printable(tenant))"
    case (nil, let intent?): "intent \(TextColumn.printable(intent))"
    case (let tenant?, let intent?): "tenant \(TextColumn.printable(tenant)), intent \(TextColumn.printable(intent))"
    }
  }
}
