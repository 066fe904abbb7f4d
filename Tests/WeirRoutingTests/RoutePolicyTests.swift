import Testing
import WeirDomain
import WeirReview
import WeirRouting

/// What the golden corpus cannot say in one case.
@Suite struct RoutePolicyTests {
  @Test func `a threshold that labels lowered lets no prompt through that a small model answers badly`() {
    func first(sufficiency: Double, isTyped: Bool = true, threshold: Double? = nil) -> RoutePlan.Step? {
      var policy = RoutePolicy(errorBudget: 0.1, isErrorBudgetTyped: isTyped)
      var rule = RouteRule(name: "r")
      rule.effect.threshold = threshold
      policy.rules = RouteRules([rule])
      var facts = RouteFacts(
        reading: .init(intent: "a", confidence: 0.99, outOfScope: 0),
        acceptance: Acceptance(answerAt: 0.5, reviewBelow: 0.6, origin: .reviewed(rows: 500)),
        generator: .init(window: 512, promptTokens: 20, readsSingleTurns: true))
      facts.remotes = [RemoteOption(tier: .standard, model: "m")]
      facts.sufficiency = sufficiency
      return policy.plan(for: facts).steps.first
    }
    let remote = RoutePlan.Step.remote(.standard, model: "m")
    #expect(first(sufficiency: 0.89) != .generator && first(sufficiency: 0.91) == .generator)
    #expect(first(sufficiency: 0.6) != .generator && first(sufficiency: 0.6, threshold: 0.55) == .generator)
    #expect(first(sufficiency: 0.79, isTyped: false) == remote)
    #expect(first(sufficiency: 0.81, isTyped: false) == .generator)
  }

  private static let remotes = [
    RemoteOption(tier: .economy, model: "mini"), RemoteOption(tier: .premium, model: "big"),
  ]

  private static func facts(
    model: String = "auto", confidence: Double? = 0.995, outOfScope: Double = 0.01, complexity: Double = 0.5,
    turns: Int = 1, cutAt: Int? = nil, isNegated: Bool = false,
    hasGenerator: Bool = true, promptTokens: Int = 20, template: RouteFacts.TemplateFacts? = nil,
    format: RouteFacts.Format = .text, readsSingleTurns: Bool = true,
    acceptance: Acceptance = .budget(0.02)
  ) -> RouteFacts {
    RouteFacts(
      requestedModel: model,
      reading: confidence.map { .init(intent: "get_refund", confidence: $0, outOfScope: outOfScope) },
      acceptance: acceptance, complexity: complexity, turns: turns, cutAt: cutAt, isNegated: isNegated,
      generator: hasGenerator
        ? .init(window: 512, promptTokens: promptTokens, readsSingleTurns: readsSingleTurns) : nil,
      template: template, remotes: remotes, format: format)
  }

  private static let fits = RouteFacts.TemplateFacts.fits(id: "a")

  @Test func `a doubtful answer is an approved one first`() {
    let policy = RoutePolicy()
    func doubtful(_ facts: RouteFacts) -> [RoutePlan.Step]? {
      policy.doubtfulPlan(for: facts, after: policy.plan(for: facts))?.steps
    }
    #expect(doubtful(Self.facts(confidence: 0.1, template: Self.fits)) == [.template(id: "a"), .generator])
    #expect(doubtful(Self.facts(confidence: 0.1, hasGenerator: false, template: Self.fits)) == [.template(id: "a")])
    #expect(doubtful(Self.facts(confidence: 0.1)) == [.generator])
    #expect(doubtful(Self.facts(confidence: 0.1, turns: 2, template: Self.fits)) == nil)
    #expect(doubtful(Self.facts()) == nil)
    // What the prompt seems to ask is not trusted here, and an approved answer has no check of its own.
    #expect(doubtful(Self.facts(isNegated: true, template: Self.fits)) == [.generator])
    #expect(doubtful(Self.facts(outOfScope: 0.9, template: Self.fits)) == [.generator])
    #expect(doubtful(Self.facts(model: "premium", template: Self.fits)) == [.generator])
  }

  @Test func `a wider error budget never escalates what a narrower one answered`() {
    for step in 1..<49 {
      let narrow = Acceptance.budget(Double(step) / 100)
      let wide = Acceptance.budget(Double(step + 1) / 100)
      for confidence in stride(from: 0.5, through: 1, by: 0.005) {
        func band(_ acceptance: Acceptance) -> ReviewBands.Band {
          RoutePolicy().plan(for: Self.facts(confidence: confidence, acceptance: acceptance)).band
        }
        if band(narrow) != .escalate { #expect(band(wide) != .escalate) }
      }
    }
  }

  @Test func `what only remote models can be given is never answered here, whatever the confidence`() {
    for needs: Set<RequestNeed> in [[.tools], [.images], [.choices], [.field("logprobs")], [.tools, .audio]] {
      for template in [nil, Self.fits] {
        var facts = Self.facts(confidence: 1, template: template)
        facts.needs = needs
        let plan = RoutePolicy().plan(for: facts)
        #expect(!plan.steps.contains { step in if case .remote = step { false } else { true } })
        #expect(!plan.steps.isEmpty)
        #expect(plan.reasons.contains(.needsRemote(needs.map(\.name).sorted())))
        #expect(plan.reasons.count { $0.code == "needs_remote" } == 1)
        #expect(RoutePolicy().doubtfulPlan(for: facts, after: plan) == nil)
        for name in ["generator", "template"] {
          facts.requestedModel = name
          #expect(RoutePolicy().plan(for: facts).steps.isEmpty)
        }
        facts.requestedModel = "big"
        #expect(RoutePolicy().plan(for: facts).steps == [.remote(.premium, model: "big")])
      }
    }
  }
}
