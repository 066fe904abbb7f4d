package import WeirDomain

/// Dated prices of remote models, and the model that savings are measured against.
package struct PriceList: Sendable, Hashable {
  /// The day on which somebody last checked the list, as `2026-01-31`.
  package var asOf: String
  /// The premium model: what a request would have cost without caches and routing.
  package var baseline: String
  /// By the model's name; each list is not empty and ascends by `validFrom`.
  private var prices: [String: [Price]]
  /// Other names of listed models.
  private var aliases: [String: String]

  package init(asOf: String, baseline: String, prices: [String: [Price]], aliases: [String: String] = [:]) {
    self.asOf = asOf
    self.baseline = baseline
    self.prices = prices.filter { !$0.value.isEmpty }.mapValues { $0.sorted { $0.validFrom < $1.validFrom } }
    self.aliases = aliases
  }

  /// The listed models' names, sorted.
  package var models: [String] { prices.keys.sorted() }

  /// The price that is valid for `model` at `time`: an unknown one is an error, never zero.
  package func price(of model: String, at time: Timestamp) throws(PriceFailure) -> Price {
    guard let dated = prices[model] ?? aliases[model].flatMap({ prices[$0] }), let first = dated.first else {
      throw .unknownModel(model: model)
    }
    guard let price = dated.last(where: { $0.validFrom <= time }) else {
      throw .notYetValid(model: model, from: CalendarDay(of: first.validFrom).description)
    }
    return price
  }

  /// What `usage` costs, exactly: prices are whole picodollars per token, so nothing is rounded.
  package func cost(of usage: TokenUsage, model: String, at time: Timestamp) throws(PriceFailure) -> Money {
    guard usage.prompt >= 0, usage.completion >= 0, usage.cachedPrompt >= 0, usage.cacheWrite >= 0,
      usage.longCacheWrite >= 0
    else { throw .negativeUsage(model: model, prompt: usage.prompt, completion: usage.completion) }
    return try price(of: model, at: time).cost(of: usage)
  }

  /// What `usage` would have cost with the baseline model, whose cache nobody can tell anything about.
  package func baselineCost(of usage: TokenUsage, at time: Timestamp) throws(PriceFailure) -> Money {
    let plain = TokenUsage(prompt: usage.prompt, completion: usage.completion)
    return try cost(of: plain, model: baseline, at: time)
  }

  /// This list with the other's models in place of its own of the same name, and the other's baseline where it
  /// names one.
  package func overridden(by other: PriceList) -> PriceList {
    var result = self
    result.asOf = max(asOf, other.asOf)
    if !other.baseline.isEmpty { result.baseline = other.baseline }
    result.prices.merge(other.prices) { $1 }
    result.aliases.merge(other.aliases) { $1 }
    for model in other.prices.keys { result.aliases[model] = nil }
    return result
  }
}
