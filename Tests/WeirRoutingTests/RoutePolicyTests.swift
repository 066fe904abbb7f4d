import Testing
import WeirDomain
import WeirReview
import WeirRouting

/// The golden corpus of the decision: facts in, plan and reasons out, one case per rule and per conflict of rules.
@Suite struct RoutePolicyTests {
  private static let allRemotes: Set<Tier> = [.economy, .standard, .premium]

  private static func facts(
    model: String = "auto", confidence: Double? = 0.995, outOfScope: Double = 0.01, complexity: Double = 0.5,
    turns: Int = 1, cutAt: Int? = nil, isNegated: Bool = false,
    hasGenerator: Bool = true, promptTokens: Int = 20,
    remotes: Set<Tier> = allRemotes
  ) -> RouteFacts {
    RouteFacts(
      requestedModel: model,
      reading: confidence.map { .init(intent: "get_refund", confidence: $0, outOfScope: outOfScope) },
      complexity: complexity, turns: turns, cutAt: cutAt, isNegated: isNegated,
      generator: hasGenerator ? .init(window: 512, promptTokens: promptTokens, readsSingleTurns: true) : nil,
      remoteTiers: remotes, remoteModels: ["big-model": .premium])
  }

  struct Golden: Sendable, CustomTestStringConvertible {
    var name: String
    var facts: RouteFacts
    var steps: [RoutePlan.Step]
    var band: ReviewBands.Band
    var codes: [String]
    var testDescription: String { name }
  }

  static let remoteLadder: [RoutePlan.Step] = [
    .remote(.standard, model: nil), .remote(.premium, model: nil), .remote(.economy, model: nil),
  ]

  static let corpus: [Golden] = [
    Golden(
      name: "a confident prompt is answered locally, remote tiers are the fallback", facts: facts(),
      steps: [.generator] + remoteLadder, band: .accept, codes: ["confident"]),
    Golden(
      name: "the edge of the error budget is kept for review", facts: facts(confidence: 0.985),
      steps: [.generator] + remoteLadder, band: .acceptAndReview, codes: ["confident", "kept_for_review"]),
    Golden(
      name: "the threshold itself is accepted", facts: facts(confidence: 0.98), steps: [.generator] + remoteLadder,
      band: .acceptAndReview, codes: ["confident", "kept_for_review"]),
    Golden(
      name: "below the threshold is escalated", facts: facts(confidence: 0.9799), steps: remoteLadder,
      band: .escalate, codes: ["below_threshold", "remote_tier"]),
    Golden(
      name: "out of scope beats confidence", facts: facts(confidence: 0.999, outOfScope: 0.6), steps: remoteLadder,
      band: .escalate, codes: ["out_of_scope", "remote_tier"]),
    Golden(
      name: "a conversation beats confidence", facts: facts(turns: 2), steps: remoteLadder, band: .escalate,
      codes: ["conversation", "remote_tier"]),
    Golden(
      name: "a prompt that was not read whole is escalated", facts: facts(cutAt: 256), steps: remoteLadder,
      band: .escalate, codes: ["not_read_whole", "remote_tier"]),
    Golden(
      name: "a request not to do something beats confidence", facts: facts(isNegated: true), steps: remoteLadder,
      band: .escalate, codes: ["negated", "remote_tier"]),
    Golden(
      name: "a requested generator cannot read a conversation", facts: facts(model: "generator", turns: 2), steps: [],
      band: .escalate, codes: ["model_requested", "conversation"]),
    Golden(
      name: "a prompt that fills the window is escalated", facts: facts(promptTokens: 512), steps: remoteLadder,
      band: .escalate, codes: ["prompt_too_long", "remote_tier"]),
    Golden(
      name: "no generator, no local answer", facts: facts(hasGenerator: false), steps: remoteLadder,
      band: .escalate, codes: ["no_generator", "remote_tier"]),
    Golden(
      name: "nothing was read, nothing is trusted", facts: facts(confidence: nil), steps: remoteLadder,
      band: .escalate, codes: ["below_threshold", "remote_tier"]),
    Golden(
      name: "a simple prompt goes to economy, then up", facts: facts(confidence: 0.1, complexity: 0.25),
      steps: [.remote(.economy, model: nil), .remote(.standard, model: nil), .remote(.premium, model: nil)],
      band: .escalate, codes: ["below_threshold", "remote_tier"]),
    Golden(
      name: "a hard prompt goes to premium, then down", facts: facts(confidence: 0.1, complexity: 0.7),
      steps: [.remote(.premium, model: nil), .remote(.standard, model: nil), .remote(.economy, model: nil)],
      band: .escalate, codes: ["below_threshold", "remote_tier"]),
    Golden(
      name: "a missing tier is replaced by the next abler one",
      facts: facts(confidence: 0.1, complexity: 0.1, remotes: [.premium]),
      steps: [.remote(.premium, model: nil)], band: .escalate, codes: ["below_threshold", "remote_tier"]),
    Golden(
      name: "no remote leaves no steps", facts: facts(confidence: 0.1, remotes: []), steps: [], band: .escalate,
      codes: ["below_threshold", "no_remote"]),
    Golden(
      name: "a requested tier is asked alone", facts: facts(model: "economy"),
      steps: [.remote(.economy, model: nil)], band: .escalate, codes: ["model_requested"]),
    Golden(
      name: "a requested tier that nobody serves has no steps", facts: facts(model: "economy", remotes: [.premium]),
      steps: [], band: .escalate, codes: ["model_requested", "no_remote"]),
    Golden(
      name: "a requested remote model is passed on by name", facts: facts(model: "big-model"),
      steps: [.remote(.premium, model: "big-model")], band: .escalate, codes: ["model_requested"]),
    Golden(
      name: "a requested generator answers whatever the confidence is", facts: facts(model: "generator", confidence: 0),
      steps: [.generator], band: .accept, codes: ["model_requested"]),
  ]

  @Test(arguments: corpus) func `facts lead to the plan of the golden corpus`(golden: Golden) {
    let plan = RoutePolicy().plan(for: golden.facts)
    #expect(plan.steps == golden.steps)
    #expect(plan.band == golden.band)
    #expect(plan.reasons.map(\.code) == golden.codes)
    #expect(plan.unknownModel == nil)
  }

  @Test func `a model that nobody serves is named`() {
    let plan = RoutePolicy().plan(for: Self.facts(model: "nobody"))
    #expect(plan.unknownModel == "nobody")
    #expect(plan.steps.isEmpty)
  }

  @Test func `a requested generator that is not loaded is named`() {
    #expect(RoutePolicy().plan(for: Self.facts(model: "generator", hasGenerator: false)).unknownModel == "generator")
  }

  @Test func `a wider error budget never escalates what a narrower one answered`() {
    for step in 1..<49 {
      let narrow = RoutePolicy(errorBudget: Double(step) / 100)
      let wide = RoutePolicy(errorBudget: Double(step + 1) / 100)
      for confidence in stride(from: 0.5, through: 1, by: 0.005) {
        let facts = Self.facts(confidence: confidence)
        if narrow.plan(for: facts).band != .escalate { #expect(wide.plan(for: facts).band != .escalate) }
      }
    }
  }
}
