package import WeirRisk

/// The confidence that local answers need, by tenant and intent: derived from what is known, then only looked up.
///
/// A promise stands on the first of these that is there: reviewed answers of this node that prove a threshold, the
/// labelled rows of the models, the share that the operator typed, the two bands.
package struct BudgetTable: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package var scope: BudgetScope
    /// What holds before the monitor.
    package var base: Acceptance
    /// What holds.
    package var acceptance: Acceptance
    /// Upper bound of the share of wrong answers, where labelled rows give one.
    package var bound: Double?
    /// Share of the labelled requests that reach the threshold, where there are some.
    package var coverage: Double?
    /// Of the monitor.
    package var level: Int
    /// Whether this one's own alarm or labels raise it now.
    package var isRaised = false
  }

  /// Pooled ones first, then by tenant and intent.
  package private(set) var entries: [Entry] = []
  private var byScope: [Key: Acceptance] = [:]

  /// A budget that somebody typed has another threshold without labels than the built-in one of the same share.
  private struct Key: Hashable {
    var scope: BudgetScope
    var isTyped: Bool
  }

  package init() {}

  /// What holds for a request.
  package func acceptance(tenant: String, intent: String, budget: ErrorBudget) -> Acceptance {
    let scopes = [
      BudgetScope(tenant: tenant, intent: intent, share: budget.share),
      BudgetScope(tenant: tenant, share: budget.share), BudgetScope(share: budget.share),
    ]
    return scopes.lazy.compactMap { byScope[Key(scope: $0, isTyped: budget.isTyped)] }.first ?? .withoutData(budget)
  }

  /// Fewest reviewed rows of a tenant or a tenant's intent for a threshold of its own.
  package static let leastRows = 200

  /// Derives all thresholds; a pure function.
  ///
  /// `models` are labelled rows of the models. So that all promises hold together, their test gets half of `delta`, and
  /// each of reviewed answers an equal part of the other half; without `models` these share the whole.
  package init(
    _ evidence: BudgetEvidence, models: RiskTable?, budgets: [ErrorBudget], states: [BudgetState], delta: Double
  ) {
    for budget in budgets {
      let known = Dictionary(states.filter { $0.scope.share == budget.share }.map { ($0.scope, $0) }) { first, _ in
        first
      }
      derive(evidence, models, budget, known, delta: delta)
    }
  }

  private mutating func derive(
    _ evidence: BudgetEvidence, _ models: RiskTable?, _ budget: ErrorBudget, _ states: [BudgetScope: BudgetState],
    delta: Double
  ) {
    let everybody = BudgetScope(share: budget.share)
    let pooledState = states[everybody]
    let rows = evidence.rows.filter { $0.share == budget.share && $0.at >= pooledState?.since ?? $0.at }
    let (groups, rest) = Self.groups(rows, budget.share)
    let alarmed = states.values.filter { $0.level > 0 }.map(\.scope)
    // A tenant before its intents.
    let own = Set(groups).union(alarmed).subtracting([everybody]).sorted(by: Self.order)
    let part = (models == nil ? delta : delta / 2) / Double(own.count + 1)
    let fallback = Self.fallback(models, budget, delta: delta / 2)

    let pooled = entry(everybody, rest, fallback, pooledState, above: [], delta: part)
    add(pooled, budget)
    for scope in own {
      let found = rows.filter { scope.contains($0) && $0.at >= states[scope]?.since ?? $0.at }
      let isGroup = groups.contains(scope)
      let tenant = entries.last { $0.scope == BudgetScope(tenant: scope.tenant, share: scope.share) }
      let enclosing = scope.intent == nil ? pooled : tenant ?? pooled
      // One whose rows are among the others' stands on what those stand on; everybody's alarm is about all.
      var above: [Entry] = pooled.level > 0 ? [pooled] : []
      if !isGroup || enclosing.level > 0 { above.append(enclosing) }
      add(
        entry(scope, found, isGroup ? fallback : enclosing, states[scope], above: above, delta: part), budget)
    }
  }

  private mutating func add(_ entry: Entry, _ budget: ErrorBudget) {
    entries.append(entry)
    byScope[Key(scope: entry.scope, isTyped: budget.isTyped)] = entry.acceptance
  }

  private func entry(
    _ scope: BudgetScope, _ rows: [BudgetEvidence.Row], _ fallback: Entry, _ state: BudgetState?, above: [Entry],
    delta: Double
  ) -> Entry {
    var entry = fallback
    entry.scope = scope
    entry.level = state?.level ?? 0
    entry.isRaised = false
    let reviewed =
      entry.level > 0
      ? ReviewedThreshold(spending: delta, rows, share: scope.share)
      : ReviewedThreshold(rows, share: scope.share, delta: delta)
    if let reviewed {
      entry.base = .certified(reviewed.threshold, .reviewed(rows: reviewed.rows))
      (entry.bound, entry.coverage) = (reviewed.bound, reviewed.coverage)
    }
    entry.acceptance = entry.base
    if reviewed == nil {
      // What was reviewed since the alarm proves a threshold again: that is the new evidence which ends it.
      if entry.level > 0 { entry.acceptance = entry.base.raised(to: state?.raisedTo ?? .infinity) }
      let kept = ReviewedThreshold.unrefuted(entry.acceptance.answerAt, by: rows, share: scope.share, delta: delta)
      entry.acceptance = entry.acceptance.raised(to: kept)
      entry.isRaised = entry.acceptance.origin == .monitor
    }
    for other in above where other.acceptance.origin == .monitor {
      entry.acceptance = entry.acceptance.raised(to: other.acceptance.answerAt)
    }
    return entry
  }

  /// What a threshold stands on where no reviewed answers prove one.
  private static func fallback(_ models: RiskTable?, _ budget: ErrorBudget, delta: Double) -> Entry {
    let scope = BudgetScope(share: budget.share)
    if let found = models?.threshold(budget: budget.share, delta: delta) {
      let acceptance = Acceptance.certified(found.threshold, .bundle(rows: found.rows))
      return Entry(
        scope: scope, base: acceptance, acceptance: acceptance, bound: found.bound, coverage: found.coverage, level: 0)
    }
    let acceptance = Acceptance.withoutData(budget)
    return Entry(scope: scope, base: acceptance, acceptance: acceptance, bound: nil, coverage: nil, level: 0)
  }

  /// The tenants' intents, and the tenants, with rows enough of their own, and the rows of all others.
  ///
  /// Decided by numbers alone: which rows are whose must not depend on what the labels say.
  private static func groups(
    _ rows: [BudgetEvidence.Row], _ share: Double
  ) -> (groups: [BudgetScope], rest: [BudgetEvidence.Row]) {
    var groups: [BudgetScope] = []
    var rest = rows
    for keepsIntent in [true, false] {
      let parts = Dictionary(grouping: rest) { row in
        BudgetScope(tenant: row.tenant, intent: keepsIntent ? row.intent : nil, share: share)
      }.filter { $0.value.count >= leastRows }
      // One that has all of the rows is the pool.
      guard parts.count > 1 || parts.first.map({ $0.value.count < rest.count }) ?? false else { continue }
      groups += parts.keys
      rest.removeAll {
        parts[BudgetScope(tenant: $0.tenant, intent: keepsIntent ? $0.intent : nil, share: share)] != nil
      }
    }
    return (groups, rest)
  }

  private static func order(_ left: BudgetScope, _ right: BudgetScope) -> Bool {
    (left.tenant ?? "", left.intent ?? "") < (right.tenant ?? "", right.intent ?? "")
  }
}

extension Acceptance {
  /// The band next to the threshold that is reviewed is the nearer half of what is left up to 1.
  static func certified(_ threshold: Double, _ origin: Origin) -> Acceptance {
    Acceptance(answerAt: threshold, reviewBelow: threshold + max(1 - threshold, 0) / 2, origin: origin)
  }

  /// The monitor's threshold where that asks for more.
  func raised(to threshold: Double) -> Acceptance {
    guard threshold > answerAt else { return self }
    return Acceptance.certified(threshold, .monitor)
  }
}
