package import WeirCache
package import WeirDomain

/// One fact that moved a request to where it went; a trace lists them in the order they counted.
package enum RouteReason: Sendable, Hashable {
  /// The same request was answered before.
  case exactHit
  /// A stored prompt means the same: cosine similarity and the least that is accepted.
  case semanticHit(similarity: Double, threshold: Double)
  /// A stored answer serves with this probability, and the least that the budget for false hits asks for.
  case verifiedHit(similarity: Double, probability: Double, threshold: Double)
  /// A stored prompt was near, and the verifier found its answer not likely enough.
  case unlikelyHit(similarity: Double, sentence: String)
  /// A stored prompt was near, but the guard saw a difference.
  case guardDeclined(similarity: Double, difference: String)
  /// An equal request was being answered, and this one waited for its answer.
  case joined
  /// A hit by meaning that was answered anew, to compare the two.
  case audited
  /// A request that means the same was being answered, and this one waited for its answer.
  case coalesced
  /// The request said `cache: off` or `refresh`, or the configuration turned the caches off.
  case cacheBypassed
  /// A kind of request that is not cached at all.
  case notCached(CacheAdmission.Reason)
  /// Only the same request gets the answer.
  case exactOnly(CacheAdmission.Reason)
  /// The answer was not stored.
  case notStored(CacheRefusal)
  /// Nobody else could answer, and an expired answer is given: how long ago its time was over.
  case staleHit(milliseconds: Int64)
  /// The request named who is to answer.
  case modelRequested(String)
  /// The local answer is likely enough to be right.
  case confident(confidence: Double, Acceptance)
  /// Right within the error budget, but close enough to its edge that a person should look.
  case keptForReview(confidence: Double, below: Double)
  /// The local answer is not likely enough to be right.
  case belowThreshold(confidence: Double, Acceptance)
  /// The prompt is about something the local models do not know.
  case outOfScope(score: Double, threshold: Double)
  /// Other messages matter, and the local generator reads one prompt only.
  case conversation(turns: Int)
  /// No generator is loaded.
  case noGenerator
  /// An approved answer for the intent fits the prompt.
  case template(String)
  /// The approved answers of the intent have slots that nothing fills; the first of them lacks these.
  case templateOpen(String, slots: [String])
  /// The intent has no approved answer.
  case noTemplate
  /// Approved answers are plain texts, and a format is asked for.
  case templatesHaveNoFormat
  /// A generator that is told the intent was trained on plain replies: its confidence says nothing of other formats.
  case generatorHasNoFormat
  /// The request has tools, images or fields, as named, that only remote models are given.
  case needsRemote([String])
  /// Remote models cannot be given a grammar.
  case grammarIsLocal
  /// The answer shows slots that nothing filled.
  case openSlots([String])
  /// The prompt does not fit into the generator's window.
  case promptTooLong(tokens: Int, allowed: Int)
  /// The encoder read the prompt's beginning only, so its confidence says nothing about the rest.
  case notReadWhole(tokens: Int)
  /// The prompt asks not to do something, and the classifier hears the action only.
  case negated
  /// The generator's own estimate that its answer is fit for the prompt, and the least that is accepted.
  case acceptance(probability: Double, threshold: Double)
  /// Passages of the documents stand in the prompt.
  case grounded(passages: Int)
  /// No passage is near enough to the prompt, or none fits.
  case notGrounded
  /// Documents are configured, and nobody here reads them.
  case documentsUnused
  /// Earlier answers stand in the prompt.
  case fewShot(examples: Int)
  /// The local answer is likely under its model, ended by itself and does not loop.
  case checkPassed
  /// The local answer failed its check.
  case checkFailed(String)
  /// The remote tier that is asked first, the one that the complexity (0...1) asks for, and what that is made of.
  case remoteTier(Tier, wanted: Tier, complexity: Double, RouteFacts.ComplexityOrigin)
  /// A remote tier could not answer; the next step of the plan was tried.
  case remoteFailed(Tier, String)
  /// The conversation was shortened before it was sent: tokens (estimated), and the share of content words dropped.
  case compressed(before: Int, after: Int, loss: Double)
  /// No remote answerer is configured.
  case noRemote
  /// The prompt waits in the durable queue.
  case deferred
  /// An earlier run answered it and ended before it could say so.
  case deliveredLate
  /// Nobody else could answer, and the configuration prefers a doubtful local answer to none.
  case offlineFallback
  /// Rules, modes, money, time.
  case policy(PolicyReason)
  /// Two answers agree: cosine similarity, and the least that is accepted.
  case agreed(similarity: Double, threshold: Double)
  /// Two answers do not agree, and why.
  case disagreed(String)

  /// What the link, or its lack, did.
  case link(LinkReason)

  /// A stable name for machines.
  package var code: String {
    switch self {
    case .exactHit: "exact_hit"
    case .semanticHit: "semantic_hit"
    case .verifiedHit: "semantic_hit"
    case .unlikelyHit: "verifier_declined"
    case .guardDeclined: "guard_declined"
    case .joined: "joined"
    case .audited: "audited"
    case .coalesced: "coalesced"
    case .cacheBypassed: "cache_bypassed"
    case .notCached: "not_cached"
    case .exactOnly: "exact_only"
    case .notStored: "not_stored"
    case .staleHit: "stale_hit"
    case .modelRequested: "model_requested"
    case .confident: "confident"
    case .keptForReview: "kept_for_review"
    case .belowThreshold: "below_threshold"
    case .outOfScope: "out_of_scope"
    case .conversation: "conversation"
    case .noGenerator: "no_generator"
    case .template: "template"
    case .templateOpen: "template_open"
    case .noTemplate: "no_template"
    case .templatesHaveNoFormat: "templates_have_no_format"
    case .generatorHasNoFormat: "generator_has_no_format"
    case .needsRemote: "needs_remote"
    case .grammarIsLocal: "grammar_is_local"
    case .openSlots: "open_slots"
    case .promptTooLong: "prompt_too_long"
    case .notReadWhole: "not_read_whole"
    case .negated: "negated"
    case .acceptance: "acceptance"
    case .grounded: "grounded"
    case .notGrounded: "not_grounded"
    case .documentsUnused: "documents_unused"
    case .fewShot: "few_shot"
    case .checkPassed: "check_passed"
    case .checkFailed: "check_failed"
    case .remoteTier: "remote_tier"
    case .remoteFailed: "remote_failed"
    case .compressed: "compressed"
    case .noRemote: "no_remote"
    case .deferred: "deferred"
    case .deliveredLate: "delivered_late"
    case .offlineFallback: "offline_fallback"
    case .policy(let reason): reason.code
    case .agreed: "agreed"
    case .disagreed: "disagreed"
    case .link(let reason): reason.code
    }
  }

  /// A sentence for people, without any of the prompt's text.
  package var text: String {
    switch self {
    case .exactHit: "the same request was answered before"
    case .semanticHit(let similarity, let threshold):
      "a stored prompt means the same: similarity \(similarity.decimals(3)), at least \(threshold.decimals(3)) is asked"
    case .verifiedHit(let similarity, let probability, let threshold):
      "a stored prompt means the same: its answer serves with probability \(probability.decimals(4)) (at least "
        + "\(threshold.decimals(4))), similarity \(similarity.decimals(3))"
    case .unlikelyHit(let similarity, let sentence):
      "a stored prompt is near (similarity \(similarity.decimals(3))), but \(sentence)"
    case .guardDeclined(let similarity, let difference):
      "a stored prompt is near (similarity \(similarity.decimals(3))) but differs: \(difference)"
    case .audited: "the stored answer would have been given; this one is computed to compare them"
    case .joined: "it was being answered for another request: its answer was awaited"
    case .coalesced: "a prompt that means the same was being answered: its answer was awaited"
    case .cacheBypassed: "the caches were not asked"
    case .notCached(let reason): "not cached: \(reason.text)"
    case .exactOnly(let reason): "cached for the same request only: \(reason.text)"
    case .notStored(let refusal): "the answer was not stored: \(refusal.text)"
    case .staleHit(let milliseconds):
      "nobody else can answer, so a stored answer is given whose time was over \(TimeSpan.rough(milliseconds: milliseconds)) ago"
    case .modelRequested(let name): "the request names its answerer: \(name)"
    case .confident(let confidence, let acceptance):
      acceptance.sentence(confidence, acceptance.isBudget ? "keeps the error budget" : "is enough")
    case .keptForReview(let confidence, let below):
      "confidence \(confidence.decimals(3)) is below \(below.decimals(3)): a person should look at it"
    case .belowThreshold(let confidence, let acceptance):
      acceptance.sentence(confidence, acceptance.isBudget ? "would break the error budget" : "is too low")
    case .outOfScope(let score, let threshold):
      "out of scope: score \(score.decimals(3)), at most \(threshold.decimals(3)) is answered locally"
    case .conversation(let turns): "\(turns) messages: the local generator answers single prompts only"
    case .noGenerator: "no local generator is loaded"
    case .template(let id): "approved answer \(id) fits"
    case .templateOpen(let id, let slots): "approved answer \(id) has slots that nothing fills: \(Self.list(slots))"
    case .noTemplate: "the intent has no approved answer"
    case .templatesHaveNoFormat: "approved answers are plain texts, and a format is asked for"
    case .generatorHasNoFormat:
      "the local generator was trained on plain replies, and a format is asked for; ask for model generator to have it anyway"
    case .needsRemote(let names):
      "it has what only remote models are given: \(names.joined(separator: ", "))"
    case .grammarIsLocal:
      "a grammar is kept by the local generator only, so no remote model is asked; send response_format instead"
    case .openSlots(let slots):
      "the answer shows slots that nothing fills: \(Self.list(slots)); set them under [templates.values]"
    case .promptTooLong(let tokens, let allowed): "the prompt has \(tokens) tokens, the local window \(allowed)"
    case .notReadWhole(let tokens): "only the first \(tokens) tokens were read: nothing is known about the rest"
    case .negated: "it asks not to do something, which the classifier does not hear"
    case .acceptance(let probability, let threshold):
      "the local answer is fit with probability \(probability.decimals(3)) (at least \(threshold.decimals(3)))"
    case .grounded(let passages): "\(passages) passages of the documents are in the prompt"
    case .notGrounded: "no passage of the documents scores high enough and fits"
    case .documentsUnused:
      "documents are not used: the generator is told the intent or follows no instructions, and remote models get none"
    case .fewShot(let examples): "\(examples) earlier answers are in the prompt as examples"
    case .checkPassed: "the local answer passed its check: it is likely, ended by itself, and does not loop"
    case .checkFailed(let what): "the local answer failed its check: \(what)"
    case .remoteTier(let tier, let wanted, let complexity, let origin):
      "complexity \(complexity.decimals(2))\(origin.text) asks for tier \(wanted.rawValue)"
        + (tier == wanted ? "" : "; tier \(tier.rawValue) is asked first")
    case .remoteFailed(let tier, let what): "tier \(tier.rawValue) did not answer: \(what)"
    case .compressed(let before, let after, let loss):
      "compressed from \(before) to \(after) tokens; \((loss * 100).decimals(1)) % of the content words were dropped"
    case .noRemote: "no remote tier is configured"
    case .deferred: "kept in the durable queue; answer it later with weir route --deferred"
    case .deliveredLate: "an earlier run answered this and ended before it could say so"
    case .policy(let reason): reason.text
    case .agreed(let similarity, let threshold):
      "the two answers agree: similarity \(similarity.decimals(3)) (at least \(threshold.decimals(3))), and no number or "
        + "negation differs"
    case .disagreed(let what): "the two answers do not agree: \(what)"
    case .offlineFallback: "nobody else can answer now, and the configuration prefers a doubtful answer to none"
    case .link(let reason): reason.text
    }
  }

  /// The first four names.
  private static func list(_ slots: [String]) -> String {
    slots.prefix(4).joined(separator: ", ") + (slots.count > 4 ? ", ..." : "")
  }

  /// True for a stored answer that was found.
  var isHit: Bool {
    switch self {
    case .exactHit, .semanticHit, .verifiedHit, .joined, .coalesced: true
    default: false
    }
  }
}

extension Acceptance {
  /// True where the threshold stands for a share of wrong answers.
  fileprivate var isBudget: Bool { origin != .bands && origin != .typed }

  /// What a confidence comes to; in brackets what is asked, and who says so. Numbers that differ never look the same.
  fileprivate func sentence(_ confidence: Double, _ verdict: String) -> String {
    let places = (3...6).first { confidence.decimals($0) != answerAt.decimals($0) } ?? 3
    let demand = answerAt > 1 ? "no confidence is enough" : "at least \(answerAt.decimals(places))"
    return
      "confidence \(confidence.decimals(places)) \(verdict) (\(demand)\(origin.text.isEmpty ? "" : ": \(origin.text)"))"
  }
}

extension Acceptance.Origin {
  /// Who says so; empty for a person's plain word.
  fileprivate var text: String {
    switch self {
    case .bands: "the band that holds until there are labels"
    case .budget, .typed: ""
    case .bundle(let rows): "from \(rows) labelled prompts of the models"
    case .reviewed(let rows): "from \(rows) reviewed answers of this node"
    case .monitor: "raised, because more local answers were wrong than the budget allows"
    }
  }
}
