package import WeirConfiguration
internal import WeirDomain
internal import WeirModelFiles
internal import WeirRouting
package import WeirStore

/// Whether the error budget is kept, as far as anybody can know.
extension Checkup {
  func errorBudget() -> Finding {
    let subject = "error budget"
    do {
      let store = try Node.openStore(configuration)
      defer { try? store.close() }
      let operation = try Node.budgetOperation(configuration, environment: environment)
      guard let keeper = operation.keeper else { preconditionFailure("a node keeps its budget") }
      let snapshot = try keeper.derived(from: store)
      let alarms = snapshot.alarms
      if let first = alarms.first {
        let others = alarms.count > 1 ? " (and \(alarms.count - 1) more alarms)" : ""
        return Finding(
          subject: subject, verdict: .warning, text: first.sentence + others + "; weir budget reset ends it by hand")
      }
      guard configuration.review.enabled, configuration.routing.auditProbability > 0 else {
        return Finding(
          subject: subject, verdict: .warning,
          text: "no confident answers are audited, so nobody can tell whether it is kept: set review.enabled and "
            + "routing.audit_probability")
      }
      guard let everybody = snapshot.table.entries.first else { preconditionFailure("there is a budget for everybody") }
      let audits = snapshot.readings.first?.audits ?? 0
      let threshold = everybody.acceptance.answerAt
      let rows = everybody.acceptance.origin.rows.map { ", \($0) labelled rows" } ?? ", no labelled rows"
      return Finding(
        subject: subject, verdict: .good,
        text: "\((everybody.scope.share * 100).decimals(2)) %, local answers from confidence "
          + "\(threshold > 1 ? "above 1" : threshold.decimals(4)) on (\(everybody.acceptance.origin.name)\(rows)); "
          + "\(audits) audits labelled; weir budget says more")
    } catch {
      return bad(subject, error)
    }
  }
}

extension Node {
  /// Alarms of the error budget's monitor that have not ended: a sentence each.
  package static func budgetAlarms(
    _ configuration: Configuration, environment: [String: String], from store: Store
  ) throws -> [String] {
    let operation = try budgetOperation(configuration, environment: environment)
    return try operation.keeper?.derived(from: store).alarms.map(\.sentence) ?? []
  }
}
