package import WeirDomain

/// What remote models may cost for one request, all attempts together.
package struct SpendLimit: Sendable, Hashable {
  package let most: Money
  /// Tokens that each attempt reads.
  private let read: Int
  /// Tokens that the request wants at most.
  private let maxTokens: Int?
  /// By model; those without a known price are not limited.
  private let rates: [String: RemoteOption.Rate]

  /// Nil where the request names no sum.
  init?(_ facts: RouteFacts) {
    guard let most = facts.maxCost else { return nil }
    (self.most, read, maxTokens) = (most, facts.remoteTokens, facts.maxTokens)
    rates = Dictionary(facts.remotes.compactMap { option in option.rate.map { (option.model, $0) } }) { first, _ in
      first
    }
  }

  /// What one more attempt may do.
  enum Allowance: Sendable, Hashable {
    /// It may write so many tokens; nil is as many as the request wants.
    case write(Int?)
    /// Its answer costs at least so much, and less is left.
    case tooDear(least: Money, left: Money)
  }

  /// What `model` may write for what is left after `spent`.
  func allowance(for model: String, after spent: Money) -> Allowance {
    guard let rate = rates[model] else { return .write(nil) }
    let left = most - spent
    let worthwhile = min(maxTokens ?? RoutePolicy.leastTokens, RoutePolicy.leastTokens)
    let least = rate.cost(read: read, written: worthwhile)
    guard least <= left else { return .tooDear(least: least, left: left) }
    guard rate.output > .zero else { return .write(nil) }
    let tokens = Int((left - rate.input.times(read)).picodollars / rate.output.picodollars)
    return .write(tokens < maxTokens ?? .max ? tokens : nil)
  }

  /// The part of one of several that are asked together, so many tokens of which may be written: what its own attempts
  /// may cost.
  func part(of model: String, writing tokens: Int?) -> SpendLimit? {
    guard let rate = rates[model], let tokens = tokens ?? maxTokens else { return nil }
    return SpendLimit(most: rate.cost(read: read, written: tokens), of: self)
  }

  private init(most: Money, of whole: SpendLimit) {
    (self.most, read, maxTokens, rates) = (most, whole.read, whole.maxTokens, whole.rates)
  }

  /// What attempts used up, at the prices that the decision knew; zero for answers of this host.
  func cost(of usage: TokenUsage, model: String) -> Money {
    rates[model]?.cost(read: usage.prompt, written: usage.completion) ?? .zero
  }

  /// The most tokens that each of these may write where all of them are asked together; nil where their prices set no
  /// limit.
  func tokensTogether(_ models: [String]) -> Int? {
    let known = models.compactMap { rates[$0] }
    let perToken = known.reduce(Money.zero) { $0 + $1.output }
    guard perToken > .zero else { return nil }
    let left = known.reduce(most) { $0 - $1.input.times(read) }
    let tokens = Int(max(left, .zero).picodollars / perToken.picodollars)
    return tokens < maxTokens ?? .max ? tokens : nil
  }
}

extension RemoteOption.Rate {
  func cost(read: Int, written: Int) -> Money { input.times(read) + output.times(written) }
}

extension Cascade {
  /// What one more attempt may write, after those that gave no answer; it is said where there is no money for it.
  func allowance(
    _ limit: SpendLimit?, model: String, after discarded: [Answer], _ reasons: inout [RouteReason]
  ) -> SpendLimit.Allowance {
    guard let limit else { return .write(nil) }
    let spent = discarded.reduce(Money.zero) { $0 + limit.cost(of: $1.usage + $1.wasted, model: $1.model) }
    let allowance = limit.allowance(for: model, after: spent)
    if case .tooDear(let least, let left) = allowance {
      reasons.append(.policy(.tooDear(model: model, least: least, most: max(left, .zero))))
    }
    return allowance
  }
}
