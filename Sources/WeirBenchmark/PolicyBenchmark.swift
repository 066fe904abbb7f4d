internal import WeirDomain
internal import WeirRouting

/// Decisions about random facts: `policy.plan` a thousand of them at a time, `policy.decide` each by itself, with twenty
/// rules read over its prompt, its budget looked up, six remote models put in order and its reasons written out.
struct PolicyBenchmark {
  private static let decisions = 1000

  let now: () -> Int64

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) -> [BenchmarkRow] {
    progress("policy")
    var random = SplitMix64(seed: 4)
    let policy = Self.policy()
    let facts = (0..<Self.decisions).map { _ in Self.facts(&random) }
    let requests = (0..<Self.decisions).map { _ in Self.request(&random) }
    var times: [Int64] = []
    var single: [Int64] = []
    var letters = 0
    for round in 0...options.rounds {
      let start = now()
      for fact in facts { letters += policy.plan(for: fact).steps.count }
      let end = now()
      if round > 0 { times.append(end - start) }
      for (fact, request) in zip(facts, requests) {
        let start = now()
        letters += Self.decide(policy, fact, request)
        let end = now()
        if round > 0 { single.append(end - start) }
      }
    }
    precondition(letters > 0, "some of the facts allow an answer")
    return [
      BenchmarkRow("policy.plan", times: BenchmarkTimes(times), items: Self.decisions, unit: "decisions"),
      BenchmarkRow("policy.decide", times: BenchmarkTimes(single), unit: "decisions"),
    ]
  }

  /// All of one decision: rules, budget, plan, and the trace's sentences.
  private static func decide(_ policy: RoutePolicy, _ facts: RouteFacts, _ request: RouteRequest) -> Int {
    var facts = facts
    facts.fittingTexts = policy.rules.fitting(request, entities: [])
    facts.acceptance = .withoutData(policy.errorBudget(for: facts))
    let plan = policy.plan(for: facts)
    return plan.steps.count + plan.reasons.reduce(0) { $0 + $1.text.utf8.count }
  }

  private static func policy() -> RoutePolicy {
    var policy = RoutePolicy()
    policy.strategy = .utility
    policy.latencyBudgetMilliseconds = 2000
    policy.rules = RouteRules(
      (0..<20).map { number in
        var rule = RouteRule(name: "rule \(number)", staysLocal: number == 19)
        switch number % 4 {
        case 0: rule.condition.keywords = ["lawsuit \(number)", "diagnosis"]
        case 1: rule.condition.tenants = ["tenant \(number)"]
        case 2: rule.condition.intents = ["intent \(number)"]
        default:
          rule.condition.complexity = 0.9...1
          rule.condition.features = ["feature \(number)"]
        }
        if !rule.staysLocal { rule.effect.tier = .premium }
        return rule
      })
    return policy
  }

  private static func request(_ random: inout SplitMix64) -> RouteRequest {
    let words = ["when", "does", "my", "order", "arrive", "and", "what", "about", "the", "refund"]
    let text = (0..<40).map { _ in words[random.nextIndex(words.count)] }.joined(separator: " ")
    return RouteRequest(id: "a", messages: [ChatMessage(role: .user, content: text)])
  }

  private static func facts(_ random: inout SplitMix64) -> RouteFacts {
    let tiers: [Tier] = [.economy, .standard, .premium]
    var facts = RouteFacts(
      reading: .init(intent: "order_status", confidence: random.nextUnit(), outOfScope: random.nextUnit()),
      complexity: random.nextUnit(), turns: 1 + random.nextIndex(3), isNegated: random.nextIndex(10) == 0,
      generator: .init(window: 512, promptTokens: random.nextIndex(600), readsSingleTurns: true),
      remotes: (0..<6).map { index in
        RemoteOption(
          tier: tiers[index % 3], model: "model \(index)",
          rate: .init(
            input: Money(picodollars: Int64(1 + random.nextIndex(5_000_000))),
            output: Money(picodollars: Int64(1 + random.nextIndex(20_000_000)))),
          latency: .init(median: 100 + random.nextIndex(900), p95: 1000 + random.nextIndex(3000)))
      })
    facts.remoteTokens = random.nextIndex(2000)
    facts.maxCost = random.nextIndex(2) == 0 ? Money(picodollars: Int64(random.nextIndex(10_000_000_000))) : nil
    return facts
  }
}
