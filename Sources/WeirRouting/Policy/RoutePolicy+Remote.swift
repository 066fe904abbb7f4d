internal import WeirDomain
internal import WeirReview

/// Which remote models are asked, and in which order.
extension RoutePolicy {
  /// Remote steps with the reasons for their order.
  struct RemoteChoice {
    private(set) var steps: [RoutePlan.Step] = []
    var reasons: [RouteReason] = []
    var mayWait = true
    var mayDefer = true
    private(set) var mostTokens: [String: Int] = [:]
    private(set) var limit: SpendLimit?
    var preferredTier: Tier?

    var hasSteps: Bool { !steps.isEmpty }

    /// Asks these, in this order, each within the request's money; what attempts before it have cost is known then.
    mutating func take(_ options: [RemoteOption], _ facts: RouteFacts) {
      limit = SpendLimit(facts)
      for option in options {
        steps.append(.remote(option.tier, model: option.model))
        guard case .write(let tokens?)? = limit?.allowance(for: option.model, after: .zero) else { continue }
        mostTokens[option.model] = tokens
      }
    }

    /// Asks two together before all others, each for its part of the request's money.
    mutating func lead(with first: RoutePlan.Member, _ second: RoutePlan.Member) {
      steps.insert(.ensemble(first, second), at: 0)
      let models = [first, second].compactMap { if case .remote(_, let model) = $0 { model } else { nil } }
      guard let tokens = limit?.tokensTogether(models) else { return }
      for model in models { mostTokens[model] = tokens }
    }

    func plan(
      _ terms: RouteTerms, after local: [RoutePlan.Step] = [], band: ReviewBands.Band = .escalate,
      reasons: [RouteReason]? = nil
    ) -> RoutePlan {
      var plan = RoutePlan(
        steps: local + steps, band: band, reasons: reasons ?? (local.isEmpty ? self.reasons : []), mayWait: mayWait,
        permit: terms.permit)
      (plan.mostTokens, plan.limit) = (mostTokens, limit)
      plan.preferredTier = preferredTier
      plan.mayDefer = mayDefer
      return plan
    }
  }

  /// Fewest tokens that an answer is worth asking for, unless the request wants fewer.
  static let leastTokens = 128
  /// Tokens that an answer is taken to have where the request does not say.
  static let usualTokens = 256

  func remoteChoice(for facts: RouteFacts, _ terms: RouteTerms) -> RemoteChoice {
    var choice = RemoteChoice()
    guard terms.permit != nil else { return choice }
    if facts.format == .grammar {
      choice.reasons = [.grammarIsLocal]
      choice.mayWait = false
      return choice
    }
    guard !facts.remotes.isEmpty else {
      choice.reasons = [.noRemote]
      return choice
    }
    // A request with a deadline does not wait in the queue: its answer would come too late.
    choice.mayDefer = facts.millisecondsLeft == nil
    let options = affordable(inTime(facts.remotes, for: facts, &choice.reasons), for: facts, &choice.reasons)
    guard !options.isEmpty else {
      // Later it would cost as much, or come later still.
      choice.mayDefer = false
      return choice
    }
    let named = terms.tier.flatMap { $0.isLocal ? nil : $0 }
    let learned = named == nil && !terms.namesRemote ? learnedTier(for: facts, among: options) : nil
    let wanted = named ?? learned ?? wantedTier(for: facts.complexity)
    let order = RemoteOrder(self, facts, terms, wanted: wanted)
    let ordered = order.ordered(options, &choice.reasons)
    choice.preferredTier = order.preferredTier(of: options, where: ordered)
    if let learned {
      choice.reasons.append(.policy(.enough(learned, facts.remoteSufficiency)))
    } else if !terms.namesRemote, let first = ordered.first {
      choice.reasons.append(
        .remoteTier(first.tier, wanted: wanted, complexity: facts.complexity, facts.complexityOrigin))
    }
    if let (members, rest) = ensemble(of: ordered, wanted: wanted, for: facts, terms) {
      choice.reasons.append(.policy(.ensemble(members.0.name, members.1.name)))
      choice.take(rest, facts)
      choice.lead(with: members.0, members.1)
    } else {
      choice.take(ordered, facts)
    }
    return choice
  }

  func wantedTier(for complexity: Double) -> Tier {
    complexity >= premiumComplexity ? .premium : complexity <= economyComplexity ? .economy : defaultRemoteTier
  }

  /// Those of which at least half of the answers come before the request's deadline.
  private func inTime(
    _ options: [RemoteOption], for facts: RouteFacts, _ reasons: inout [RouteReason]
  ) -> [RemoteOption] {
    guard let left = facts.millisecondsLeft else { return options }
    guard left > 0 else {
      reasons.append(.policy(.outOfTime))
      return []
    }
    return options.filter { option in
      guard let median = option.latency?.median, median > left else { return true }
      reasons.append(.policy(.tooSlow(model: option.model, median: median, left: left)))
      return false
    }
  }

  /// Those that can write an answer worth having for the money that the request may cost.
  func affordable(
    _ options: [RemoteOption], for facts: RouteFacts, _ reasons: inout [RouteReason]
  ) -> [RemoteOption] {
    guard let most = facts.maxCost else { return options }
    let written = min(facts.maxTokens ?? Self.leastTokens, Self.leastTokens)
    return options.filter { option in
      let least = option.cost(read: facts.remoteTokens, written: written)
      guard least > most else { return true }
      reasons.append(.policy(.tooDear(model: option.model, least: least, most: most)))
      return false
    }
  }

  /// The two that must agree, and who is asked when they do not: abler ones first. Nil where two make no sense.
  private func ensemble(
    of options: [RemoteOption], wanted: Tier, for facts: RouteFacts, _ terms: RouteTerms
  ) -> (members: (RoutePlan.Member, RoutePlan.Member), rest: [RemoteOption])? {
    // Calls of tools and several answers are not compared.
    guard terms.ensemble.count == 2, facts.needs.isEmpty else { return nil }
    var members: [RoutePlan.Member] = []
    var asked: [RemoteOption] = []
    for tier in terms.ensemble {
      if tier == .generator {
        guard doubtfulSteps(for: facts).contains(.generator) else { return nil }
        members.append(.generator)
      } else {
        guard let option = options.first(where: { $0.tier == tier && $0.state == .up }) else { return nil }
        members.append(.remote(tier, model: option.model))
        asked.append(option)
      }
    }
    let ablest = asked.map(\.tier.ability).max() ?? 0
    guard wanted.ability <= ablest else { return nil }
    if let most = facts.maxCost {
      let written = facts.maxTokens ?? Self.usualTokens
      let both = asked.reduce(Money.zero) { $0 + $1.cost(read: facts.remoteTokens, written: written) }
      guard both <= most else { return nil }
    }
    let rest = options.filter { !asked.contains($0) }
    return (
      (members[0], members[1]), rest.filter { $0.tier.ability > ablest } + rest.filter { $0.tier.ability <= ablest }
    )
  }
}

extension RoutePlan {
  func withBackground(_ steps: [Step]) -> RoutePlan {
    guard permit != nil, let first = steps.first else { return self }
    var plan = RoutePlan(
      steps: self.steps, background: steps, band: band,
      reasons: reasons + [.policy(.answeredMeanwhile(model: first.name))], mayWait: mayWait, permit: permit)
    (plan.mostTokens, plan.limit, plan.isDoubtful, plan.mayDefer) = (mostTokens, limit, isDoubtful, mayDefer)
    return plan
  }
}

extension RoutePlan.Step {
  /// Who is asked, for a sentence.
  fileprivate var name: String {
    switch self {
    case .template(let id): "approved answer \(id)"
    case .generator: "the local generator"
    case .remote(let tier, let model): model ?? "tier \(tier.rawValue)"
    case .ensemble(let first, let second): "\(first.name) with \(second.name)"
    }
  }
}

extension RoutePlan.Member {
  /// Who is asked, for a sentence.
  fileprivate var name: String {
    switch self {
    case .generator: "the local generator"
    case .remote(_, let model): model
    }
  }
}

extension Tier {
  /// 1 to 3 for remote tiers, 0 for local ones.
  var ability: Int {
    switch self {
    case .economy: 1
    case .standard: 2
    case .premium: 3
    case .exact, .semantic, .template, .generator: 0
    }
  }
}
