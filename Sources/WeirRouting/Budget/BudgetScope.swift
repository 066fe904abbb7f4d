/// The requests that one promise is about: those under one error budget, of everybody or of one tenant's intent.
package struct BudgetScope: Sendable, Hashable {
  /// Nil for all tenants.
  package var tenant: String?
  /// Nil for all intents.
  package var intent: String?
  /// The error budget, 0 < share < 0.5.
  package var share: Double

  package init(tenant: String? = nil, intent: String? = nil, share: Double) {
    self.tenant = tenant
    self.intent = intent
    self.share = share
  }

  /// True where it is about everybody.
  package var isPooled: Bool { tenant == nil && intent == nil }

  func contains(_ row: BudgetEvidence.Row) -> Bool {
    (tenant == nil || tenant == row.tenant) && (intent == nil || intent == row.intent)
  }
}
