package import WeirDomain
internal import WeirReview
internal import WeirRisk
internal import WeirStore

/// How a shadow compares with the policy that acts.
package struct ShadowReport: Sendable {
  package var name: String
  package var requests: Int
  /// Those that would have been answered by another tier first.
  package var differing: Int
  package var counts: [ShadowLog.Count]
  /// Of the requests whose prices are known.
  package var priced: Int
  package var actingCost: Money
  package var shadowCost: Money
  /// Estimated from labelled samples: wrong ones among the answers that each gives on this host.
  package var actingWrong: RouterMetrics.Figure
  package var shadowWrong: RouterMetrics.Figure
  package var latest: [ShadowLog.Difference]

  package var differingShare: Double? { requests > 0 ? Double(differing) / Double(requests) : nil }

  private static let mostLatest = 5

  static func make(
    _ name: String, delta: Double, in transaction: borrowing StoreTransaction
  ) throws -> ShadowReport {
    let counts = try ShadowLog.counts(of: name, in: transaction)
    var acting: [WeightedRate.Audit] = []
    var shadow: [WeightedRate.Audit] = []
    try ReviewQueue.judged(in: transaction) { sample in
      guard sample.shadow?.policy == name, sample.cause == .audit || sample.cause == .uncertain,
        !sample.tier.isCache, let isRight = sample.localWasRight
      else { return }
      let audit = WeightedRate.Audit(isWrong: !isRight, probability: sample.probability)
      if sample.tier.isLocal { acting.append(audit) }
      if sample.shadow?.tier?.isLocal == true { shadow.append(audit) }
    }
    return ShadowReport(
      name: name, requests: counts.reduce(0) { $0 + $1.requests },
      differing: counts.reduce(0) { $0 + ($1.acting == $1.decided ? 0 : $1.requests) }, counts: counts,
      priced: counts.reduce(0) { $0 + $1.priced }, actingCost: counts.reduce(.zero) { $0 + $1.actingCost },
      shadowCost: counts.reduce(.zero) { $0 + $1.shadowCost },
      actingWrong: RouterMetrics.Figure(acting, delta: delta), shadowWrong: RouterMetrics.Figure(shadow, delta: delta),
      latest: try ShadowLog.differences(of: name, limit: mostLatest, in: transaction))
  }
}
