package import WeirDomain

/// Sums and latency histograms over some of the ledger's events.
package struct ReportSummary: Sendable, Equatable {
  package private(set) var requests = 0
  package private(set) var outcomes: [CostEvent.Outcome: Int] = [:]
  /// Answered requests by who answered.
  package private(set) var tiers: [Tier: Int] = [:]
  package private(set) var promptTokens = 0
  package private(set) var completionTokens = 0
  /// Requests whose tokens were counted here because the answerer did not say.
  package private(set) var estimated = 0
  package private(set) var cost = Money.zero
  package private(set) var savedByCache = Money.zero
  package private(set) var savedByRouting = Money.zero
  package private(set) var compressedTokens = 0
  package private(set) var savedByCompression = Money.zero
  /// From read to reply.
  package private(set) var total = LatencyHistogram()
  /// Steps that no event went through are missing.
  package private(set) var steps: [RouteStep: LatencyHistogram] = [:]

  package init() {}

  package mutating func add(_ event: CostEvent) {
    outcomes[event.outcome, default: 0] += 1
    if event.outcome == .background {
      cost += event.cost
      promptTokens = sum(promptTokens, event.usage.prompt)
      completionTokens = sum(completionTokens, event.usage.completion)
      return
    }
    requests += 1
    if let tier = event.tier, event.outcome == .answered { tiers[tier, default: 0] += 1 }
    promptTokens = sum(promptTokens, event.usage.prompt)
    completionTokens = sum(completionTokens, event.usage.completion)
    if event.usage.isEstimated { estimated += 1 }
    cost += event.cost
    savedByCache += event.savedByCache
    savedByRouting += event.savedByRouting
    compressedTokens = sum(compressedTokens, event.compressedTokens)
    savedByCompression += event.savedByCompression
    total.add(event.nanoseconds)
    for timing in event.timings { steps[timing.step, default: LatencyHistogram()].add(timing.nanoseconds) }
  }

  /// What caches, routing and compression saved together.
  package var saved: Money { savedByCache + savedByRouting + savedByCompression }

  /// The share of what the premium tier would have cost that was not paid; nil where nothing would have been paid.
  package var savedShare: Double? {
    let whole = cost + saved
    guard whole.picodollars > 0 else { return nil }
    return saved.dollars / whole.dollars
  }

  /// The share of answered requests that this tier answered; 0 where none was answered.
  package func share(of tier: Tier) -> Double {
    let answered = outcomes[.answered] ?? 0
    return answered == 0 ? 0 : Double(tiers[tier] ?? 0) / Double(answered)
  }

  private func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }
}
