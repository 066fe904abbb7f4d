import Testing
import WeirDomain
import WeirReview
import WeirRouting
import WeirTestSupport

/// What holds of every decision, over random policies and facts.
@Suite struct PolicyPropertyTests {
  private static let cases = 4000

  /// Fewer draws than a corpus of its own: each choice is likely enough to meet each other one.
  private struct Draw {
    var random: SeededRandom

    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }

    mutating func unit() -> Double { Double.random(in: 0...1, using: &random) }

    mutating func subset<Value: Hashable>(_ values: [Value], share: Double = 0.3) -> Set<Value> {
      var set: Set<Value> = []
      for value in values where chance(share) { set.insert(value) }
      return set
    }

    mutating func rule(_ number: Int) -> RouteRule {
      var rule = RouteRule(name: "rule \(number)", staysLocal: chance(0.15))
      if chance(0.3) { rule.condition.keywords = ["word"] }
      if chance(0.3) { rule.condition.intents = subset(["a", "b", "c", RouteRules.outOfScope]) }
      if chance(0.3) { rule.condition.tenants = subset(["x", "y"]) }
      if chance(0.1) { rule.condition.features = subset(["f", "g"]) }
      if chance(0.2) {
        let ends = [unit(), unit()].sorted()
        rule.condition.complexity = ends[0]...ends[1]
      }
      if chance(0.3) { rule.effect.tier = pick([.template, .generator, .economy, .standard, .premium]) }
      if rule.effect.tier == nil, chance(0.2) { rule.effect.model = pick(["m0", "m1", "m2"]) }
      if chance(0.3) { rule.effect.mode = pick(RouteMode.allCases) }
      if chance(0.3) { rule.effect.strategy = pick(RouteStrategy.allCases) }
      if chance(0.2) { rule.effect.threshold = unit() }
      if chance(0.2) { rule.effect.ensemble = pick([[.economy, .standard], [.generator, .economy]]) }
      if chance(0.2) { rule.effect.latencyBudgetMilliseconds = pick([100, 1000]) }
      return rule
    }

    mutating func policy() -> RoutePolicy {
      var policy = RoutePolicy()
      policy.mode = chance(0.6) ? .escalate : pick(RouteMode.allCases)
      policy.strategy = pick(RouteStrategy.allCases)
      policy.weights = RouteWeights(quality: unit(), money: unit(), latency: unit())
      if chance(0.2) { policy.ensemble = pick([[.economy, .standard], [.generator, .standard]]) }
      if chance(0.3) { policy.latencyBudgetMilliseconds = pick([50, 500, 5000]) }
      policy.rules = RouteRules((0..<Int.random(in: 0...4, using: &random)).map { rule($0) })
      return policy
    }

    mutating func facts(_ policy: RoutePolicy) -> RouteFacts {
      var facts = RouteFacts(
        requestedModel: chance(0.75)
          ? "auto" : pick(["m0", "m3", "economy", "premium", "generator", "template", "none"]),
        reading: chance(0.95)
          ? .init(
            intent: pick(["a", "b", "c"]), confidence: unit(), outOfScope: chance(0.8) ? 0.1 : 0.9,
            alternatives: Array(subset(["a", "b", "c"])).sorted()) : nil,
        acceptance: pick([
          .bands, .budget(0.02), .budget(0.3), Acceptance(answerAt: 2, reviewBelow: 2, origin: .monitor),
        ]),
        complexity: unit(), turns: pick([1, 1, 1, 3]), cutAt: chance(0.1) ? 256 : nil, isNegated: chance(0.1),
        generator: chance(0.8)
          ? .init(window: 512, promptTokens: pick([20, 600]), readsSingleTurns: chance(0.5)) : nil,
        template: chance(0.5)
          ? nil : pick([RouteFacts.TemplateFacts.none, .fits(id: "t"), .open(id: "t", slots: ["s"])]),
        format: pick([.text, .text, .text, .json, .grammar]))
      facts.remotes = (0..<Int.random(in: 0...5, using: &random)).map { index in
        RemoteOption(
          tier: pick([.economy, .standard, .premium]), model: "m\(index)",
          rate: chance(0.9)
            ? .init(
              input: Money(picodollars: Int64.random(in: 0...20_000_000, using: &random)),
              output: Money(picodollars: Int64.random(in: 0...60_000_000, using: &random))) : nil,
          latency: chance(0.6) ? .init(median: pick([50, 400, 3000]), p95: pick([3000, 9000])) : nil,
          state: chance(0.8) ? .up : .down)
      }
      if chance(0.3) { facts.sufficiency = unit() }
      if chance(0.3) {
        for tier in subset([Tier.economy, .standard, .premium], share: 0.8) { facts.remoteSufficiency[tier] = unit() }
      }
      facts.tenant = pick(["x", "y", "z"])
      facts.feature = pick([nil, "f", "g"])
      facts.remoteTokens = Int.random(in: 0...3000, using: &random)
      facts.maxTokens = chance(0.5) ? nil : Int.random(in: 1...2000, using: &random)
      facts.millisecondsLeft = chance(0.7) ? nil : pick([0, 100, 1000, 10_000])
      facts.maxCost = chance(0.7) ? nil : Money(picodollars: Int64.random(in: 0...20_000_000_000, using: &random))
      facts.isPartlyUnread = chance(0.05)
      facts.fittingTexts = policy.rules.rules.indices.filter { _ in chance(0.5) }
      return facts
    }
  }

  private func forEach(seed: UInt64, _ body: (RoutePolicy, RouteFacts) -> Void) {
    var draw = Draw(random: SeededRandom(seed: seed))
    for _ in 0..<Self.cases {
      let policy = draw.policy()
      body(policy, draw.facts(policy))
    }
  }

  private static func isRemote(_ step: RoutePlan.Step) -> Bool {
    switch step {
    case .template, .generator: false
    case .remote: true
    case .ensemble(let first, let second): first != .generator || second != .generator
    }
  }

  /// Models that a plan may ask, the background included.
  private static func models(_ plan: RoutePlan) -> [String] {
    (plan.steps + plan.background).flatMap(models(of:))
  }

  private static func models(of step: RoutePlan.Step) -> [String] {
    switch step {
    case .template, .generator: []
    case .remote(_, let model): [model ?? ""]
    case .ensemble(let first, let second):
      [first, second].compactMap { if case .remote(_, let model) = $0 { model } else { nil } }
    }
  }

  @Test func `what a rule keeps here has no remote step, in no plan`() {
    var kept = 0
    forEach(seed: 1) { policy, facts in
      // The rule has no conditions of its own, and stands anywhere.
      for place in 0...policy.rules.rules.count {
        var rules = policy.rules.rules
        rules.insert(RouteRule(name: "here", staysLocal: true), at: place)
        var policy = policy
        policy.rules = RouteRules(rules)
        var facts = facts
        facts.fittingTexts = facts.fittingTexts.map { $0 >= place ? $0 + 1 : $0 }
        let plan = policy.plan(for: facts)
        kept += 1
        #expect(plan.permit == nil)
        #expect(!plan.mayWait)
        #expect(!(plan.steps + plan.background).contains(where: Self.isRemote))
        #expect(plan.reasons.contains { $0.code == "stays_local" })
        if let doubtful = policy.doubtfulPlan(for: facts, after: plan) {
          #expect(doubtful.permit == nil)
          #expect(!doubtful.steps.contains(where: Self.isRemote))
        }
      }
    }
    #expect(kept > Self.cases)
  }

  @Test func `without a permit there is no remote step, with one there is no refusal`() {
    forEach(seed: 2) { policy, facts in
      let plan = policy.plan(for: facts)
      if plan.permit == nil { #expect(!(plan.steps + plan.background).contains(where: Self.isRemote)) }
      #expect((plan.permit == nil) == plan.reasons.contains { ["stays_local", "never_remote"].contains($0.code) })
    }
  }

  @Test func `more confidence never turns a local answer into a remote one`() {
    var turned = 0
    forEach(seed: 3) { policy, facts in
      guard let confidence = facts.reading?.confidence else { return }
      let plan = policy.plan(for: facts)
      var surer = facts
      surer.reading?.confidence = min(1, confidence + 0.2)
      let after = policy.plan(for: surer)
      guard let first = plan.steps.first, !Self.isRemote(first) else {
        if let first = after.steps.first, !Self.isRemote(first) { turned += 1 }
        return
      }
      #expect(after.steps.first.map { !Self.isRemote($0) } == true)
      if plan.band != .escalate { #expect(after.band != .escalate) }
    }
    #expect(turned > 20)
  }

  @Test func `a lower threshold never turns a local answer into a remote one`() {
    forEach(seed: 4) { policy, facts in
      guard facts.acceptance.answerAt.isFinite else { return }
      let plan = policy.plan(for: facts)
      guard plan.band != .escalate else { return }
      var easier = facts
      easier.acceptance = Acceptance(answerAt: facts.acceptance.answerAt - 0.1, reviewBelow: 0, origin: .bands)
      #expect(policy.plan(for: easier).band != .escalate)
    }
  }

  @Test func `only models that are there, in time and within the money are asked, and each once`() {
    forEach(seed: 5) { policy, facts in
      let plan = policy.plan(for: facts)
      let options = Dictionary(uniqueKeysWithValues: facts.remotes.map { ($0.model, $0) })
      #expect(Set(plan.steps).count == plan.steps.count)
      for model in Self.models(plan) {
        guard let option = options[model] else {
          Issue.record("\(model) is nobody")
          continue
        }
        if let left = facts.millisecondsLeft, facts.requestedModel == "auto" {
          #expect(left > 0)
          #expect((option.latency?.median ?? 0) <= left)
        }
      }
      guard let most = facts.maxCost else { return }
      // Every step alone keeps to the money, what two are asked together for included; none writes without end.
      for step in plan.steps + plan.background {
        var sum = Money.zero
        for model in Self.models(of: step) {
          guard let rate = options[model]?.rate else { continue }
          guard let tokens = plan.mostTokens[model] ?? facts.maxTokens else {
            #expect(rate.output == .zero)
            continue
          }
          sum += rate.input.times(facts.remoteTokens) + rate.output.times(tokens)
        }
        #expect(sum <= most)
      }
    }
  }

  @Test func `a model that the request names is asked alone`() {
    forEach(seed: 6) { policy, facts in
      guard facts.requestedModel != "auto" else { return }
      let plan = policy.plan(for: facts)
      for step in plan.steps {
        switch step {
        case .template: #expect(facts.requestedModel == "template")
        case .generator: #expect(facts.requestedModel == "generator")
        case .remote(let tier, let model): #expect([tier.rawValue, model].contains(facts.requestedModel))
        case .ensemble: Issue.record("an ensemble is nobody's name")
        }
      }
      #expect(plan.background.isEmpty)
    }
  }

  @Test func `rules that do not fit change nothing`() {
    forEach(seed: 7) { policy, facts in
      var rules = policy.rules.rules
      var strange = RouteRule(name: "strange", staysLocal: true)
      strange.condition.tenants = ["nobody"]
      strange.effect.tier = .premium
      rules.insert(strange, at: 0)
      var other = policy
      other.rules = RouteRules(rules)
      var moved = facts
      moved.fittingTexts = facts.fittingTexts.map { $0 + 1 }
      #expect(other.plan(for: moved) == policy.plan(for: facts))
    }
  }

  @Test func `the background belongs to a local answer that was given in doubt or for review`() {
    var found = 0
    forEach(seed: 8) { policy, facts in
      let plan = policy.plan(for: facts)
      guard !plan.background.isEmpty else {
        #expect(!plan.isDoubtful)
        return
      }
      found += 1
      #expect(plan.steps.first.map { !Self.isRemote($0) } == true)
      #expect(plan.background.allSatisfy(Self.isRemote))
      #expect(plan.band != .accept)
      #expect(plan.isDoubtful == (plan.band == .escalate))
    }
    #expect(found > 20)
  }

  @Test func `every plan says why, in sentences`() {
    forEach(seed: 9) { policy, facts in
      let reasons = policy.plan(for: facts).reasons
      #expect(!reasons.isEmpty)
      #expect(reasons.allSatisfy { !$0.text.isEmpty && !$0.code.isEmpty })
    }
  }
}
