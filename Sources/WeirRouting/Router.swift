package import WeirCache
package import WeirClassifier
package import WeirDomain
package import WeirEncoder
package import WeirGrammar
internal import WeirProviders
package import WeirLedger
internal import WeirRetrieval
package import WeirReview
package import WeirStore

/// A request's way from prompt to reply: one straight line, one step after the other.
///
/// Immutable; any number of requests may be on their way at once.
package struct Router: Sendable {
  package struct Parts: Sendable {
    package var encoder: Encoder
    package var classifier: IntentClassifier
    package var cache: ResponseCache?
    package var local: (any LocalAnswerer)?
    /// Approved answers, and what slots are filled with.
    package var templates: AnswerTemplates
    package var remotes: RemoteRoutes
    package var store: Store
    package var prices: PriceList
    package var policy: RoutePolicy
    package var sampler: ReviewSampler?
    package var settings: RouterSettings
    package var clock: NodeClock
    package var grounding: Grounding
    /// Compiled schemas and grammars.
    package var formats: GrammarLibrary
    /// What is known of the link; nil where nobody watches it.
    package var link: LinkMeter?
    package var budget = BudgetOperation()

    /// The version of what answers are made of besides the request; nil without any.
    var sources: String? {
      let versions = [grounding.documents?.version, templates.constantsVersion].compactMap { $0 }
      return versions.isEmpty ? nil : versions.joined(separator: "+")
    }

    package init(
      encoder: Encoder, classifier: IntentClassifier, cache: ResponseCache?, local: (any LocalAnswerer)?,
      templates: AnswerTemplates = AnswerTemplates(), remotes: RemoteRoutes, store: Store, prices: PriceList,
      policy: RoutePolicy, sampler: ReviewSampler?, settings: RouterSettings, clock: NodeClock,
      grounding: Grounding = .none, formats: GrammarLibrary = GrammarLibrary()
    ) {
      self.formats = formats
      self.encoder = encoder
      self.classifier = classifier
      self.cache = cache
      self.local = local
      self.templates = templates
      self.remotes = remotes
      self.store = store
      self.prices = prices
      self.policy = policy
      self.sampler = sampler
      self.settings = settings
      self.clock = clock
      self.grounding = grounding
    }
  }

  package let parts: Parts
  let lane = BlockingLane(label: "weir.answer")
  let flights: SingleFlight
  let latencies = ObservedLatencies()

  package init(_ parts: Parts) {
    self.parts = parts
    flights = SingleFlight(
      patience: parts.settings.patienceMilliseconds * 1_000_000, now: parts.clock.monotonic)
  }

  /// Answers one request; never throws, for every request gets exactly one reply.
  ///
  /// `isCancelled` is asked between tokens and before each step of the plan.
  package func route(
    _ request: RouteRequest, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) async -> RouteReply {
    await route(request, claim: nil, background: nil, isCancelled: isCancelled)
  }

  /// The same for a prompt that waited in a queue: `claim` or `background` is settled with the answer.
  func route(
    _ request: RouteRequest, claim: DeferredQueue.Claim? = nil, background: BackgroundQueue.Claim? = nil,
    stream: StreamPort? = nil, isCancelled: @escaping @Sendable () -> Bool
  ) async -> RouteReply {
    var way = Passage(request: request, clock: parts.clock, claim: claim)
    (way.background, way.stream) = (background, stream)
    let reply = await travel(&way, isCancelled: stop(way, or: isCancelled))
    finishFlight(of: way, reply)
    return reply
  }

  private func travel(_ way: inout Passage, isCancelled: @escaping @Sendable () -> Bool) async -> RouteReply {
    do throws(RouteError) {
      try normalize(&way)
      try admit(&way)
      var exact = try self.exact(&way)
      if exact == nil { exact = try await join(&way) }
      if let exact, !mayBeOutranked(exact, way) { return reply(&way, with: exact, tier: .exact) }
      prepare(&way)
      let embedding = await embed(&way)
      var hit = exact
      if hit == nil { hit = try await similar(embedding, &way) }
      if hit == nil { hit = try await coalesce(embedding, &way) }
      if exact == nil, let found = hit, isAudited(found, &way) { hit = nil }
      let tier: Tier = exact == nil ? .semantic : .exact
      if let hit, !mayBeOutranked(hit, way) { return reply(&way, with: hit, tier: tier) }
      try await classify(embedding, &way)
      let found = way
      let plan = try decide(&way)
      if let hit {
        guard plan.leadingTemplate != nil else {
          way.reasons = found.reasons
          way.band = found.band
          return reply(&way, with: hit, tier: tier)
        }
        way.reasons.removeAll(where: \.isHit)
      }
      // An approved answer needs no passages.
      let turns =
        plan.leadingTemplate == nil ? try ground(plan, embedding, &way) : GroundedTurns(way.request.messages)
      let outcome = await answer(plan, turns, embedding, &way, isCancelled: isCancelled)
      if let audited = unanswered(outcome, way) { return reply(&way, withAudited: audited, spent: outcome.discarded) }
      if let stale = way.stale { return reply(&way, with: stale, spent: outcome.discarded) }
      return reply(&way, with: outcome, embedding: embedding)
    } catch {
      return reply(&way, with: error)
    }
  }

  // MARK: Steps 1 and 2

  private func normalize(_ way: inout Passage) throws(RouteError) {
    try way.measure(.normalize) { (way) throws(RouteError) in
      let bytes = way.request.messages.reduce(0) { $0 + $1.content.utf8.count }
      guard bytes <= parts.settings.maxPromptBytes else {
        throw .promptTooLarge(bytes: bytes, allowed: parts.settings.maxPromptBytes)
      }
      do throws(GrammarFailure) { _ = try parts.formats.grammar(for: way.request.settings.format) } catch {
        throw .badFormat(error)
      }
      guard !way.request.texts.contains(where: CanonicalPrompt.isHostile) else {
        throw .tooManyMarks(allowed: CanonicalPrompt.mostMarks)
      }
      way.canonical = parts.cache.map { CanonicalRequest(way.request, $0.configuration, sources: parts.sources) }
    }
  }

  /// What only an exact hit does without: the prompt's values, and who may be served the answer.
  private func prepare(_ way: inout Passage) {
    way.readValues(constants: parts.templates.constants)
    if way.cachePlan == nil, let canonical = way.canonical {
      let plan = CachePlan(canonical, isPersonal: way.values.arePersonal(in: way.request.messages))
      way.cachePlan = plan
      if canonical.isReadable, let reason = plan.admission.reason {
        way.reasons.append(plan.key == nil ? .notCached(reason) : .exactOnly(reason))
      }
    }
  }

  private func admit(_ way: inout Passage) throws(RouteError) {
    try way.measure(.admit) { (way) throws(RouteError) in
      guard !way.request.needs.isEmpty || !way.request.prompt.allSatisfy(\.isWhitespace) else { throw .emptyPrompt }
    }
  }

  // MARK: Steps 3 and 5

  private func exact(_ way: inout Passage) throws(RouteError) -> CacheHit? {
    guard let cache = parts.cache, let canonical = way.canonical, canonical.isReadable else {
      way.reasons.append(.cacheBypassed)
      return nil
    }
    return try way.measure(.exact) { (way) throws(RouteError) in
      let hit: CacheHit? = try RouteError.wrapping("cache_failed", .badState) {
        if let hit = try cache.exact(canonical, at: way.at) { return hit }
        prepare(&way)
        guard let plan = way.cachePlan, plan.key != canonical.key else { return nil }
        return try cache.exact(plan, at: way.at)
      }
      if hit != nil { way.reasons.append(.exactHit) }
      return hit
    }
  }

  func similar(_ embedding: PromptEmbedding, _ way: inout Passage) async throws(RouteError) -> CacheHit? {
    guard let cache = parts.cache, let plan = way.cachePlan, plan.isReadable else { return nil }
    let (begin, at) = (way.timer.mark(), way.at)
    let result = await lane.run { Result { try cache.similar(plan, embedding.vector, at: at) } }
    way.timer.finish(.similar, since: begin)
    let found = try RouteError.wrapping("cache_failed", .badState) { try result.get() }
    if found.hit != nil, let candidate = found.candidate {
      way.hitProbability = candidate.probability
      way.reasons.append(
        .verifiedHit(
          similarity: Double(candidate.similarity), probability: candidate.probability,
          threshold: candidate.threshold ?? 1))
    } else if let hit = found.hit {
      way.reasons.append(
        .semanticHit(similarity: Double(hit.similarity ?? 1), threshold: Double(cache.configuration.threshold)))
    } else if let candidate = found.candidate {
      way.reasons.append(
        .unlikelyHit(
          similarity: Double(candidate.similarity),
          sentence: candidate.sentence(budget: cache.configuration.falseHitBudget)))
    } else if let refusal = found.refusals.first {
      way.reasons.append(
        .guardDeclined(similarity: Double(refusal.similarity), difference: refusal.reason.text))
    }
    return found.hit
  }

  /// True where an approved answer may go before this one, which was stored when there was none, or another.
  ///
  /// Approved answers are never stored: they cost no more than finding them, hold the values of one prompt, and
  /// change with their file. A stored answer to an intent that has some waits for the decision.
  private func mayBeOutranked(_ hit: CacheHit, _ way: Passage) -> Bool {
    let settings = way.request.settings
    guard settings.model == "auto", settings.format == .text, let intent = hit.answer.intent else { return false }
    return parts.templates.covers(intent)
  }

  // MARK: Steps 4, 6 and 7

  /// Milliseconds of computing, and so on a thread of the lane; an exact hit, which reads for microseconds, is not.
  private func embed(_ way: inout Passage) async -> PromptEmbedding {
    let begin = way.timer.mark()
    let (encoder, prompt) = (parts.encoder, way.request.prompt)
    let output = await lane.run { encoder.embed(prompt) }
    way.timer.finish(.embed, since: begin)
    way.promptTokens = output.tokens
    way.isCut = output.isTruncated
    return PromptEmbedding(
      vector: Embedding(values: output.values, encoder: encoder.fingerprint), tokens: output.tokens)
  }

  // MARK: Step 8

  private func answer(
    _ plan: RoutePlan, _ turns: GroundedTurns, _ embedding: PromptEmbedding, _ way: inout Passage,
    isCancelled: @escaping @Sendable () -> Bool
  ) async -> Cascade.Outcome {
    let begin = way.timer.mark()
    defer { way.timer.finish(.answer, since: begin) }
    var turns = turns
    if readsSlots(way, parts.local) { turns.local = way.values.delexicalized(turns.local) }
    let (encoder, compressor, prompt) = (parts.encoder, parts.settings.compressor, way.request.prompt)
    let cascade = Cascade(
      local: parts.local, remotes: parts.remotes, lane: lane, turns: turns, watch: watch(way),
      likeness: AnswerAgreement.likeness(encoder)
    ) { messages in
      Result { () throws(PromptCompressor.Failure) in
        let last = compressor.maxTokens == nil ? nil : encoder.embed(prompt).values
        return try compressor.compress(messages) { text in
          zip(encoder.embed(text).values, last ?? []).reduce(0) { $0 + Double($1.0 * $1.1) }
        }
      }
    }
    let prepared = Cascade.Prepared(
      intent: way.reading?.intent, slots: way.values.slots, template: way.template)
    return await answer(plan, over: cascade, prepared, embedding, &way, isCancelled: isCancelled)
  }
}

/// The encoder's one pass: both the cache and the classifier use it.
struct PromptEmbedding: Sendable {
  var vector: Embedding
  var tokens: Int
}

extension RouteRequest {
  /// All that the caller wrote.
  fileprivate var texts: [String] {
    messages.map(\.content) + settings.stop + [tenant, settings.model, user, feature, experiment].compactMap { $0 }
  }
}
