/// By what a report can be split.
package enum ReportDimension: String, Sendable, CaseIterable {
  case tier, tenant, user, feature, experiment, intent, model, day

  /// The SQL expression whose text names the group; NULL where an event has no such value.
  var expression: String {
    switch self {
    // Floor division keeps days before 1970 apart too, should a clock ever be that wrong.
    case .day: "CAST((at - ((at % 86400000) + 86400000) % 86400000) / 86400000 AS TEXT)"
    default: rawValue
    }
  }
}
