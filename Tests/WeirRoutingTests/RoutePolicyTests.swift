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
    hasGenerator: Bool = true, promptTokens: Int = 20, template: RouteFacts.TemplateFacts? = nil,
    remotes: Set<Tier> = allRemotes, format: RouteFacts.Format = .text, readsSingleTurns: Bool = true,
    acceptance: Acceptance = .budget(0.02)
  ) -> RouteFacts {
    RouteFacts(
      requestedModel: model,
      reading: confidence.map { .init(intent: "get_refund", confidence: $0, outOfScope: outOfScope) },
      acceptance: acceptance, complexity: complexity, turns: turns, cutAt: cutAt, isNegated: isNegated,
      generator: hasGenerator
        ? .init(window: 512, promptTokens: promptTokens, readsSingleTurns: readsSingleTurns) : nil,
      template: template,
      remoteTiers: remotes, remoteModels: ["big-model": .premium], format: format)
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
      name: "a format is asked of a generator that follows instructions, without approved answers",
      facts: facts(template: .fits(id: "x"), format: .json, readsSingleTurns: false),
      steps: [.generator] + remoteLadder,
      band: .accept, codes: ["templates_have_no_format", "confident"]),
    Golden(
      name: "a generator of plain replies is not trusted with a format", facts: facts(format: .json),
      steps: remoteLadder, band: .escalate, codes: ["generator_has_no_format", "remote_tier"]),
    Golden(
      name: "a generator of plain replies writes a format when it is named",
      facts: facts(model: "generator", format: .grammar),
      steps: [.generator], band: .accept, codes: ["model_requested"]),
    Golden(
      name: "a grammar stays on this host", facts: facts(format: .grammar, readsSingleTurns: false),
      steps: [.generator],
      band: .accept, codes: ["confident"]),
    Golden(
      name: "a grammar that the generator may not answer is refused",
      facts: facts(confidence: 0.5, format: .grammar, readsSingleTurns: false), steps: [], band: .escalate,
      codes: ["below_threshold", "grammar_is_local"]),
    Golden(
      name: "a remote tier cannot be asked for a grammar", facts: facts(model: "premium", format: .grammar), steps: [],
      band: .escalate, codes: ["model_requested", "grammar_is_local"]),
    Golden(
      name: "a remote model cannot be asked for a grammar", facts: facts(model: "big-model", format: .grammar),
      steps: [],
      band: .escalate, codes: ["model_requested", "grammar_is_local"]),
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

  private static let fits = RouteFacts.TemplateFacts.fits(id: "a")
  private static let open = RouteFacts.TemplateFacts.open(id: "a", slots: ["Order Number"])

  static let templateCorpus: [Golden] = [
    Golden(
      name: "an approved answer goes before the generator", facts: facts(template: fits),
      steps: [.template(id: "a"), .generator] + remoteLadder, band: .accept, codes: ["confident", "template"]),
    Golden(
      name: "an approved answer needs no generator", facts: facts(hasGenerator: false, template: fits),
      steps: [.template(id: "a")] + remoteLadder, band: .accept, codes: ["confident", "template"]),
    Golden(
      name: "a prompt that fills the generator's window can have an approved answer",
      facts: facts(promptTokens: 512, template: fits), steps: [.template(id: "a")] + remoteLadder, band: .accept,
      codes: ["confident", "template"]),
    Golden(
      name: "an approved answer at the edge of the error budget is kept for review",
      facts: facts(confidence: 0.985, template: fits), steps: [.template(id: "a"), .generator] + remoteLadder,
      band: .acceptAndReview, codes: ["confident", "kept_for_review", "template"]),
    Golden(
      name: "an approved answer below the threshold is not given", facts: facts(confidence: 0.9, template: fits),
      steps: remoteLadder, band: .escalate, codes: ["below_threshold", "remote_tier"]),
    Golden(
      name: "out of scope beats an approved answer", facts: facts(outOfScope: 0.6, template: fits),
      steps: remoteLadder, band: .escalate, codes: ["out_of_scope", "remote_tier"]),
    Golden(
      name: "a request not to do something beats an approved answer", facts: facts(isNegated: true, template: fits),
      steps: remoteLadder, band: .escalate, codes: ["negated", "remote_tier"]),
    Golden(
      name: "what was not read whole beats an approved answer", facts: facts(cutAt: 256, template: fits),
      steps: remoteLadder, band: .escalate, codes: ["not_read_whole", "remote_tier"]),
    Golden(
      name: "a conversation beats an approved answer", facts: facts(turns: 2, template: fits), steps: remoteLadder,
      band: .escalate, codes: ["conversation", "remote_tier"]),
    Golden(
      name: "a slot that nothing fills leaves the prompt to the generator", facts: facts(template: open),
      steps: [.generator] + remoteLadder, band: .accept, codes: ["template_open", "confident"]),
    Golden(
      name: "a slot that nothing fills and no generator leave the prompt to the remotes",
      facts: facts(hasGenerator: false, template: open), steps: remoteLadder, band: .escalate,
      codes: ["template_open", "no_generator", "remote_tier"]),
    Golden(
      name: "an open slot below the threshold keeps both reasons", facts: facts(confidence: 0.9, template: open),
      steps: remoteLadder, band: .escalate, codes: ["template_open", "below_threshold", "remote_tier"]),
    Golden(
      name: "an intent without approved answers goes its old way",
      facts: facts(template: RouteFacts.TemplateFacts.none),
      steps: [.generator] + remoteLadder, band: .accept, codes: ["confident"]),
    Golden(
      name: "a requested approved answer is given whatever the confidence is",
      facts: facts(model: "template", confidence: 0, template: fits), steps: [.template(id: "a")], band: .accept,
      codes: ["model_requested", "template"]),
    Golden(
      name: "a requested approved answer with an open slot is refused", facts: facts(model: "template", template: open),
      steps: [], band: .escalate, codes: ["model_requested", "template_open"]),
    Golden(
      name: "a requested approved answer that the intent has not is refused",
      facts: facts(model: "template", template: RouteFacts.TemplateFacts.none), steps: [], band: .escalate,
      codes: ["model_requested", "no_template"]),
  ]

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

  @Test(arguments: corpus + templateCorpus) func `facts lead to the plan of the golden corpus`(golden: Golden) {
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
    #expect(RoutePolicy().plan(for: Self.facts(model: "template")).unknownModel == "template")
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

  @Test func `without labels and without a word, answers from 0.8 on are given and below 0.95 reviewed`() {
    func band(_ confidence: Double) -> ReviewBands.Band {
      RoutePolicy().plan(for: Self.facts(confidence: confidence, acceptance: .bands)).band
    }
    #expect(band(0.95) == .accept)
    #expect(band(0.9499) == .acceptAndReview)
    #expect(band(0.8) == .acceptAndReview)
    #expect(band(0.7999) == .escalate)
    #expect(band(.nan) == .escalate)
  }

  @Test func `an acceptance that nothing reaches escalates everything and says so`() {
    let none = Acceptance(answerAt: .infinity, reviewBelow: 0, origin: .reviewed(rows: 12))
    let plan = RoutePolicy().plan(for: Self.facts(confidence: 1, acceptance: none))
    #expect(plan.band == .escalate)
    #expect(plan.steps == Self.remoteLadder)
    #expect(
      plan.reasons.first?.text
        == "confidence 1.000 would break the error budget (no confidence is enough: from 12 reviewed answers of this node)"
    )
  }
}
