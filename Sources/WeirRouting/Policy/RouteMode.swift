/// What becomes of a prompt whose local answer is not good enough.
package enum RouteMode: String, Sendable, Hashable, CaseIterable {
  /// It is sent on to a remote model.
  case escalate
  /// The local answer is given at once, and a remote model is asked in the background, for labels and the cache.
  case answerAndEscalate = "answer_and_escalate"
  /// No remote model is ever asked: the local answer is given, or an error.
  case never
}

/// In which order remote models are tried.
package enum RouteStrategy: String, Sendable, Hashable, CaseIterable {
  /// The tier that the complexity asks for, then abler ones, then simpler ones; in a tier, what is cheap and fast.
  case balanced
  /// The cheapest of that tier and the abler ones first, then simpler tiers.
  case cost
  /// The fastest of that tier and the abler ones first, then simpler tiers.
  case latency
  /// The one that is worth most by the weights of quality, money and latency, whatever its tier.
  case utility
}

/// What quality, money and latency count for where the strategy is `utility`; each 0 or more.
package struct RouteWeights: Sendable, Hashable {
  package var quality: Double
  package var money: Double
  package var latency: Double

  package init(quality: Double = 1, money: Double = 0.3, latency: Double = 0.1) {
    precondition(quality >= 0 && money >= 0 && latency >= 0, "weights are 0 or more")
    self.quality = quality
    self.money = money
    self.latency = latency
  }
}
