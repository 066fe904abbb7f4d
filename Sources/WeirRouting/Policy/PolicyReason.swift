package import WeirDomain

/// What the policy weighed besides confidence: rules, modes, money, time.
package enum PolicyReason: Sendable, Hashable {
  /// A rule fits, and what it asks for.
  case rule(name: String, asks: String)
  /// A rule keeps the request on this host.
  case staysLocal(rule: String)
  /// The mode is `never`.
  case neverRemote
  /// A small model's answer is not likely enough to be good.
  case insufficient(probability: Double, threshold: Double)
  /// The remote tier that is worth its money, by the learned chance of each that its answer is good enough.
  case enough(Tier, [Tier: Double])
  /// The model that the strategy puts first, and why.
  case chosen(RouteStrategy, model: String, why: String)
  /// Half of its answers take longer than is left of the request's deadline; in milliseconds.
  case tooSlow(model: String, median: Int, left: Int)
  /// Nothing is left of the request's deadline.
  case outOfTime
  /// More than 5 % of its answers take longer than the latency budget, so others go before it; in milliseconds.
  case slow(model: String, p95: Int, budget: Int)
  /// The least that its answer costs is more than may be spent.
  case tooDear(model: String, least: Money, most: Money)
  /// It cannot be reached now, so others go before it.
  case down(model: String)
  /// Two are asked, and they must agree.
  case ensemble(String, String)
  /// The local answer is given now, and these are asked in the background.
  case answeredMeanwhile(model: String)
}

extension PolicyReason {
  /// A stable name for machines.
  var code: String {
    switch self {
    case .rule: "rule"
    case .staysLocal: "stays_local"
    case .neverRemote: "never_remote"
    case .insufficient: "insufficient"
    case .enough: "tier_chances"
    case .chosen: "chosen"
    case .tooSlow: "too_slow"
    case .outOfTime: "out_of_time"
    case .slow: "slow"
    case .tooDear: "too_dear"
    case .down: "down"
    case .ensemble: "ensemble"
    case .answeredMeanwhile: "answer_and_escalate"
    }
  }

  /// A sentence for people, without any of the prompt's text.
  var text: String {
    switch self {
    case .rule(let name, let asks): "rule \"\(name)\" fits: \(asks)"
    case .staysLocal(let rule): "rule \"\(rule)\" keeps it on this host, whatever else is asked for"
    case .neverRemote: "the mode is \"never\": no remote model is asked"
    case .insufficient(let probability, let threshold):
      "a small model answers such a prompt well with probability \(probability.decimals(3)), at least "
        + "\(threshold.decimals(3)) is asked, which follows from the error budget alone"
    case .enough(let tier, let chances):
      "tier \(tier.rawValue) is worth its money: answers to such prompts are good enough with probability "
        + chances.sorted { $0.key.ability < $1.key.ability }.map { "\($0.value.decimals(3)) from \($0.key.rawValue)" }
        .joined(separator: ", ")
    case .chosen(let strategy, let model, let why): "strategy \(strategy.rawValue) puts \(model) first: \(why)"
    case .tooSlow(let model, let median, let left):
      "\(model) is not asked: half of its answers take more than \(median) ms, and \(left) ms are left"
    case .outOfTime: "the request's deadline has passed"
    case .slow(let model, let p95, let budget):
      "\(model) comes later: one answer in twenty takes more than \(p95) ms, the latency budget is \(budget) ms"
    case .tooDear(let model, let least, let most):
      "\(model) is not asked: its answer costs at least \(least), and \(most) may be spent"
    case .down(let model): "\(model) comes last: it cannot be reached now"
    case .ensemble(let first, let second): "\(first) and \(second) are asked, and their answers must agree"
    case .answeredMeanwhile(let model):
      "the local answer is given now, and \(model) is asked in the background (mode \"answer_and_escalate\")"
    }
  }
}

extension RouteFacts.ComplexityOrigin {
  /// In brackets: what it is made of; empty where it was given.
  var text: String {
    switch self {
    case .given: return ""
    case .learned: return " (learned from labelled prompts)"
    case .factors(let shares):
      let parts = shares.filter { $0.share >= 0.005 }.map { "\($0.factor) \($0.share.decimals(2))" }
      return parts.isEmpty ? "" : " (\(parts.joined(separator: " + ")))"
    }
  }
}
