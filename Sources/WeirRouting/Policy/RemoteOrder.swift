internal import WeirDomain

/// Puts the remote models that may be asked into the order of a strategy.
struct RemoteOrder {
  private let policy: RoutePolicy
  private let facts: RouteFacts
  private let terms: RouteTerms
  /// The tier that the complexity, or a rule, asks for.
  private let wanted: Tier

  init(_ policy: RoutePolicy, _ facts: RouteFacts, _ terms: RouteTerms, wanted: Tier) {
    (self.policy, self.facts, self.terms, self.wanted) = (policy, facts, terms, wanted)
  }

  func ordered(_ options: [RemoteOption], _ reasons: inout [RouteReason]) -> [RemoteOption] {
    guard options.count > 1 else { return options }
    let scales = Scales(options, facts)
    var ranked = options.enumerated().map { index, option in
      Ranked(option: option, keys: keys(of: option, scales), index: index)
    }
    ranked.sort { $0.precedes($1) }
    let late = ranked.map { self.lateness($0.option) }
    // What is slow or down goes behind the others, and keeps its order there.
    let result = [0, 1, 2].flatMap { lateness in zip(ranked, late).filter { $0.1 == lateness }.map(\.0.option) }
    if let first = result.first, let place = ranked.firstIndex(where: { $0.option == first }) {
      for passed in ranked[..<place] { reasons.append(.policy(whyLater(passed.option))) }
      if let why = why(first, scales, ranked) {
        reasons.append(.policy(.chosen(terms.strategy, model: first.model, why: why)))
      }
    }
    return result
  }

  /// The tier of what would be first if all were up, where that is another than the first of `ordered`.
  func preferredTier(of options: [RemoteOption], where ordered: [RemoteOption]) -> Tier? {
    guard options.contains(where: { $0.state == .down }) else { return nil }
    var ignored: [RouteReason] = []
    let all = options.map { option in
      var option = option
      option.state = .up
      return option
    }
    let tier = self.ordered(all, &ignored).first?.tier
    return tier == ordered.first?.tier ? nil : tier
  }

  /// Whether it is named by a rule (0) or not (1), and three more by the strategy.
  private typealias Keys = (Double, Double, Double, Double)

  private struct Ranked {
    var option: RemoteOption
    /// Smaller ones go first; the first that differs decides.
    var keys: Keys
    var index: Int

    func precedes(_ other: Ranked) -> Bool { keys == other.keys ? index < other.index : keys < other.keys }
  }

  /// The largest of each quantity among the options, which shares are shares of.
  private struct Scales {
    private let facts: RouteFacts
    private let dearest: Double
    private let slowest: Double

    init(_ options: [RemoteOption], _ facts: RouteFacts) {
      self.facts = facts
      dearest = options.map { Self.dollars($0, facts) }.max() ?? 0
      slowest = Double(options.compactMap(\.latency?.median).max() ?? 0)
    }

    func money(_ option: RemoteOption) -> Double { dearest > 0 ? Self.dollars(option, facts) / dearest : 0 }

    /// One that was not observed lately counts as fast, so that it will be.
    func time(_ option: RemoteOption) -> Double {
      slowest > 0 ? Double(option.latency?.median ?? 0) / slowest : 0
    }

    static func cost(_ option: RemoteOption, _ facts: RouteFacts) -> Money {
      option.cost(read: facts.remoteTokens, written: facts.maxTokens ?? RoutePolicy.usualTokens)
    }

    private static func dollars(_ option: RemoteOption, _ facts: RouteFacts) -> Double {
      Double(cost(option, facts).picodollars)
    }
  }

  private func keys(of option: RemoteOption, _ scales: Scales) -> Keys {
    // A rule that names a tier or a model means it, whatever the strategy prefers.
    let isNamed = terms.model.map { $0 == option.model } ?? (terms.tier?.isLocal == false && option.tier == wanted)
    let named = isNamed ? 0.0 : 1
    let (money, time) = (scales.money(option), scales.time(option))
    let distance = Self.distance(of: option.tier, from: wanted)
    let floor = option.tier.ability >= wanted.ability ? 0 : distance
    return switch terms.strategy {
    case .balanced: (named, distance, money + time, 0)
    case .cost: (named, floor, money, distance)
    case .latency: (named, floor, time, distance)
    case .utility: (named, -utility(of: option, scales), distance, 0)
    }
  }

  private func utility(of option: RemoteOption, _ scales: Scales) -> Double {
    let weights = policy.weights
    return weights.quality * RoutePolicy.quality(of: option.tier, facts)
      - weights.money * scales.money(option) - weights.latency * scales.time(option)
  }

  /// Abler tiers come before simpler ones: 0 for the tier itself, 1 and 2 above it, 3 and 4 below it.
  private static func distance(of tier: Tier, from wanted: Tier) -> Double {
    let step = tier.ability - wanted.ability
    return Double(step >= 0 ? step : 2 - step)
  }

  /// 0 for what may be asked at once, 1 for what is slow, 2 for what is down.
  private func lateness(_ option: RemoteOption) -> Int {
    if option.state == .down { return 2 }
    guard let budget = terms.latencyBudgetMilliseconds, let p95 = option.latency?.p95 else { return 0 }
    return p95 > budget ? 1 : 0
  }

  private func whyLater(_ option: RemoteOption) -> PolicyReason {
    guard option.state != .down, let p95 = option.latency?.p95 else { return .down(model: option.model) }
    return .slow(model: option.model, p95: p95, budget: terms.latencyBudgetMilliseconds ?? 0)
  }

  /// Why the strategy puts it first; nil where complexity or a rule says all there is to say.
  private func why(_ first: RemoteOption, _ scales: Scales, _ ranked: [Ranked]) -> String? {
    guard terms.model == nil else { return nil }
    switch terms.strategy {
    case .balanced: return nil
    case .cost:
      let cost = Scales.cost(first, facts)
      return "\(cost) for about \(facts.maxTokens ?? RoutePolicy.usualTokens) tokens, the least of tier "
        + "\(wanted.rawValue) and abler ones"
    case .latency:
      guard let median = first.latency?.median else { return "how long it takes was not observed lately" }
      return "half of its answers take at most \(median) ms, the least of tier \(wanted.rawValue) and abler ones"
    case .utility:
      let quality = RoutePolicy.quality(of: first.tier, facts)
      return "worth \(utility(of: first, scales).decimals(2)), from quality \(quality.decimals(2)), money "
        + "\(scales.money(first).decimals(2)) and latency \(scales.time(first).decimals(2)) of the largest"
    }
  }
}

extension RoutePolicy {
  /// The share of premium's good answers that a tier is taken to give at a complexity, 0...1.
  ///
  /// A simple prompt is answered well by all of them; of the hardest ones a simpler tier answers the fewer.
  static func quality(of tier: Tier, complexity: Double) -> Double {
    let gap =
      switch tier {
      case .premium: 0.0
      case .standard: 0.25
      case .economy: 0.6
      case .exact, .semantic, .template, .generator: 0.8
      }
    return 1 - gap * min(max(complexity, 0), 1)
  }
}
