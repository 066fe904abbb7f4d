extension RiskTable {
  /// Thresholds for groups of rows (intents, tenants) and for all others together.
  package struct Grouped: Sendable, Equatable {
    /// Of each group with a promise and rows enough for one of its own.
    package let own: [Int: CertifiedThreshold]
    /// Of all other rows; nil where nothing can be proved of them: then none is answered.
    package let pooled: CertifiedThreshold?
    /// Groups with rows enough of which nothing could be proved: none of theirs is answered.
    package let closed: Set<Int>

    /// The threshold for a group: its own, else that of all without one.
    package func threshold(of group: Int) -> CertifiedThreshold? {
      closed.contains(group) ? nil : own[group] ?? pooled
    }
  }

  /// Thresholds for the groups that are named with a promise each; all others share `pooled`.
  ///
  /// A group gets its own test if its rows would prove its promise were they faultless: a question of their number, so
  /// that no label has a part in it. Else it stays in the pool, whose promise is then about the pool. So that all
  /// promises hold *together*, each is tested with its delta divided by the number of tests (Bonferroni).
  package func thresholds(
    _ promises: [Int: ErrorPromise], pooled: ErrorPromise, group: (Row) -> Int
  ) -> Grouped {
    let parts = Dictionary(grouping: rows, by: group)
    let rich = promises.filter { name, promise in
      let count = parts[name]?.count ?? 0
      // With the delta that is left if all named groups are tested: the number tested only falls from here.
      return promise.scaled(1 / Double(promises.count + 1)).fewest(wrong: 0, rows: count) != nil
    }
    let tests = rich.count + 1
    var own: [Int: CertifiedThreshold] = [:]
    for (name, promise) in rich {
      own[name] = RiskTable(parts[name] ?? []).threshold(promise.scaled(1 / Double(tests)))
    }
    // A group whose own test fails may not fall back into the pool that its rows left: it would choose by labels.
    let rest = rows.filter { rich[group($0)] == nil }
    return Grouped(
      own: own, pooled: RiskTable(rest).threshold(pooled.scaled(1 / Double(tests))),
      closed: Set(rich.keys).subtracting(own.keys))
  }
}
