package import WeirDomain
package import WeirStore

extension Ledger {
  /// What one tier of the caches answered, and what the premium model would have taken for it.
  package struct CacheSaving: Sendable, Hashable {
    package var answers: Int
    package var saved: Money
  }

  /// By tier, over all events.
  package static func cacheSavings(in transaction: borrowing StoreTransaction) throws -> [Tier: CacheSaving] {
    var savings: [Tier: CacheSaving] = [:]
    for tier in [Tier.exact, .semantic] {
      savings[tier] = try transaction.first(
        "SELECT count(*), coalesce(sum(saved_by_cache), 0) FROM cost_event WHERE tier = ?", [.text(tier.rawValue)]
      ) { row in
        CacheSaving(answers: Int(try row.integer(0)), saved: Money(picodollars: try row.integer(1)))
      }
    }
    return savings
  }
}
