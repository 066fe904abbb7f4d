internal import Glibc
package import WeirDomain
internal import WeirRisk

/// Watches by audits whether the local answers keep their budget, and raises what is asked of them where they do not.
///
/// A pure function of the rows and of what was done before: two processes that look at the same rows do the same.
package struct BudgetWatch: Sendable {
  /// What the watch of one scope has seen.
  package struct Reading: Sendable, Equatable {
    package var scope: BudgetScope
    package var level: Int
    /// Audited local answers since the level began.
    package var audits: Int
    package var wrong: Int
    /// How many times the evidence speaks against the budget being kept, and at how many the alarm is given.
    package var evidence: Double
    package var limit: Double
    package var isBroken: Bool
    package var source = Source.audits
  }

  package enum Source: String, Sendable, Hashable {
    /// Labelled answers that were drawn by chance.
    case audits
    /// What users called wrong, among all local answers.
    case reports
  }

  /// Chance of any false alarm.
  package var delta: Double
  /// No answer is audited with less.
  package var leastProbability: Double

  package init(delta: Double, leastProbability: Double) {
    self.delta = delta
    self.leastProbability = leastProbability
  }

  /// All scopes that have audited answers, everybody's first; then in the order of their first audits.
  ///
  /// The chance of a false alarm is divided beforehand: half for everybody's scopes and half for the others, the k-th
  /// scope gets the part 1 / (k (k + 1)) of it, and each level of a scope half of what is left. Which scope is the k-th
  /// follows from when it was first audited, not from what was found.
  package func readings(_ evidence: BudgetEvidence, states: [BudgetState]) -> [Reading] {
    let known = Dictionary(states.map { ($0.scope, $0) }) { first, _ in first }
    var monitors: [BudgetScope: BudgetMonitor] = [:]
    var order: (pooled: [BudgetScope], own: [BudgetScope]) = ([], [])
    for row in evidence.rows where row.wasGiven {
      let scopes = [
        BudgetScope(share: row.share), BudgetScope(tenant: row.tenant, intent: row.intent, share: row.share),
      ]
      for scope in scopes {
        if monitors[scope] == nil {
          let rank: Int
          if scope.isPooled {
            order.pooled.append(scope)
            rank = order.pooled.count
          } else {
            order.own.append(scope)
            rank = order.own.count
          }
          monitors[scope] = BudgetMonitor(
            budget: scope.share, alpha: alpha(rank: rank, level: known[scope]?.level ?? 0),
            leastProbability: leastProbability)
        }
        guard row.at >= known[scope]?.since ?? row.at else { continue }
        monitors[scope]?.observe(isWrong: !row.isRight, probability: row.probability)
      }
    }
    return (order.pooled + order.own).compactMap { scope in
      monitors[scope].map { monitor in
        Reading(
          scope: scope, level: known[scope]?.level ?? 0, audits: monitor.audits, wrong: monitor.wrong,
          evidence: monitor.evidence, limit: 1 / monitor.alpha, isBroken: monitor.isBroken)
      }
    }
  }

  private func alpha(rank: Int, level: Int) -> Double {
    (1 - Self.reportShare) * delta / 2 / Double(rank * (rank + 1)) * exp2(-Double(level + 1))
  }

  /// The part of the chance of a false alarm that users' reports may use up.
  private static let reportShare = 0.2

  /// What the reports say of everybody's answers; nil without any.
  package func reading(_ counts: AnswerReports.Counts, scope: BudgetScope, states: [BudgetState]) -> Reading? {
    guard counts.wrong > 0 else { return nil }
    let level = states.first { $0.scope == scope }?.level ?? 0
    let limit = 1 / (Self.reportShare * delta * exp2(-Double(level + 1)))
    let evidence = AnswerReports.evidence(counts, budget: scope.share)
    return Reading(
      scope: scope, level: level, audits: counts.answers, wrong: counts.wrong, evidence: evidence, limit: limit,
      isBroken: evidence >= limit, source: .reports)
  }

  /// The states of scopes that were found to break their budget and are not closed yet, one level higher.
  package func alarms(
    _ readings: [Reading], _ evidence: BudgetEvidence, states: [BudgetState], table: BudgetTable, at now: Timestamp
  ) -> [BudgetState] {
    readings.compactMap { reading in
      guard reading.isBroken, reading.level < BudgetState.closed else { return nil }
      let (tenant, share) = (reading.scope.tenant, reading.scope.share)
      let enclosing = [reading.scope, BudgetScope(tenant: tenant, share: share), BudgetScope(share: share)]
      let base = enclosing.lazy.compactMap { scope in table.entries.first { $0.scope == scope } }.first
      // Labels that refute a threshold may have raised it further already; the alarm begins with what was proved.
      let threshold = reading.level > 0 ? base?.acceptance.answerAt : base?.base.answerAt
      return BudgetState(
        scope: reading.scope, level: reading.level + 1,
        raisedTo: Self.raised(
          from: threshold ?? 0, to: reading.level + 1,
          evidence.rows.filter { $0.wasGiven && $0.share == reading.scope.share && reading.scope.contains($0) }),
        since: now)
    }
  }

  /// A threshold that about half of the answers given before reach, at the first alarm; a quarter at the second; then none.
  static func raised(from threshold: Double, to level: Int, _ rows: [BudgetEvidence.Row]) -> Double {
    guard level < BudgetState.closed, threshold < 1 else { return .infinity }
    // Without audits nobody knows how sure the answers were: the doubt that is allowed is halved each time.
    if rows.isEmpty { return 1 - (1 - threshold) / exp2(Double(level)) }
    let share = exp2(-Double(level))
    let sorted = rows.sorted { $0.confidence > $1.confidence }
    let whole = sorted.reduce(0) { $0 + 1 / $1.probability }
    var (sum, place) = (0.0, 0)
    var least = Double.infinity
    while place < sorted.count {
      let confidence = sorted[place].confidence
      while place < sorted.count, sorted[place].confidence == confidence {
        sum += 1 / sorted[place].probability
        place += 1
      }
      guard sum <= share * whole else { break }
      least = confidence
    }
    return least
  }
}
