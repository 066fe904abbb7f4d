internal import WeirCache
internal import WeirDomain
internal import WeirLedger
internal import WeirReview
internal import WeirStore

/// Steps 9 and 10: one transaction that records all a request came to, and then its reply.
///
/// Nothing is replied before it is recorded: an answer whose cost cannot be written becomes an error.
extension Router {
  /// What the transaction keeps besides the cost event.
  private struct Record {
    var event: CostEvent
    var hit: CacheHit?
    var admitted: (answer: CachedAnswer, embedding: Embedding?)?
    var sample: ReviewSample?
    var citations: [Citation] = []
    /// Of the cache's entries.
    var examples: [Int64] = []
    var form: ReplyForm?
  }

  /// What answers cost that nobody was given: booked whatever becomes of the request.
  private func cost(of spent: [Cascade.Answer], at time: Timestamp) -> Money {
    // Prices of configured models are checked at the start.
    spent.reduce(.zero) { $0 + ((try? cost(of: $1, at: time)) ?? .zero) }
  }

  /// An expired answer, after the remote models were asked in vain; `spent` are answers that were paid for and not used.
  func reply(_ way: inout Passage, with stale: CacheHit, spent: [Cascade.Answer]) -> RouteReply {
    var reply = reply(
      &way, with: stale, tier: stale.similarity == nil ? .exact : .semantic, spent: cost(of: spent, at: way.at))
    reply.isStale = true
    return reply
  }

  /// A hit that was to be answered anew, and could not be.
  func reply(_ way: inout Passage, withAudited hit: CacheHit, spent: [Cascade.Answer]) -> RouteReply {
    reply(&way, with: hit, tier: .semantic, spent: cost(of: spent, at: way.at))
  }

  func reply(_ way: inout Passage, with hit: CacheHit, tier: Tier, spent: Money = .zero) -> RouteReply {
    var event = event(of: way, outcome: .answered)
    event.cost = spent
    event.tier = tier
    event.intent = hit.answer.intent
    event.usage = hit.answer.usage
    event.savedByCache = baseline(hit.answer.usage, at: way.at)
    way.readValues(constants: parts.templates.constants)
    var record = Record(event: event, hit: hit, citations: hit.answer.citations)
    record.sample = sample(
      of: way, answer: hit.answer.text, tier: tier, intent: hit.answer.intent, isCascaded: false)
    return settle(&way, record, .answered(hit.answer.text))
  }

  func reply(_ way: inout Passage, with outcome: Cascade.Outcome, embedding: PromptEmbedding) -> RouteReply {
    let spent = cost(of: outcome.discarded, at: way.at)
    switch outcome.end {
    case .answered(let answer):
      return reply(&way, with: answer, outcome, spent: spent, embedding: embedding)
    case .unanswered(let error, let waits):
      if waits { way.reasons.append(.deferred) }
      var event = event(of: way, outcome: waits ? .deferred : .failed)
      event.cost = spent
      return settle(&way, Record(event: event), waits ? .deferred : .failed(error))
    }
  }

  private func cost(of answer: Cascade.Answer, at time: Timestamp) throws -> Money {
    guard !answer.tier.isLocal else { return .zero }
    return try parts.prices.cost(of: answer.usage + answer.wasted, model: answer.model, at: time)
  }

  func reply(_ way: inout Passage, with error: RouteError) -> RouteReply {
    settle(&way, Record(event: event(of: way, outcome: .failed)), .failed(error))
  }

  private func reply(
    _ way: inout Passage, with answer: Cascade.Answer, _ outcome: Cascade.Outcome, spent: Money,
    embedding: PromptEmbedding
  ) -> RouteReply {
    var event = event(of: way, outcome: .answered)
    event.tier = answer.tier
    event.model = answer.model
    event.usage = answer.usage
    do {
      event.cost = try spent + cost(of: answer, at: way.at)
    } catch {
      // Prices of configured models are checked at the start: only a clock that went back comes here.
      return reply(&way, with: RouteError(error, code: "unknown_price", kind: .badConfiguration))
    }
    let saved = baseline(answer.usage, at: way.at) - event.cost
    event.savedByRouting = answer.tier == .premium ? .zero : max(saved, .zero)
    if !answer.tier.isLocal, let tokens = outcome.compression?.savedTokens, tokens > 0,
      let price = try? parts.prices.price(of: answer.model, at: way.at)
    {
      event.compressedTokens = tokens
      event.savedByCompression = price.input.times(tokens)
    }
    var record = Record(event: event)
    record.form = answer.form
    record.citations = way.turns?.citations(tier: answer.tier, answer: answer.text) ?? []
    if answer.tier == .generator { record.examples = way.turns?.examples ?? [] }
    if !way.isDoubtful, answer.isWhole, answer.tier != .template {
      record.admitted = (
        CachedAnswer(
          text: answer.text, tier: answer.tier, model: answer.model, intent: event.intent, usage: answer.usage,
          cost: event.cost, citations: record.citations),
        answer.usesPrompt ? nil : embedding.vector
      )
    }
    record.sample = sample(
      of: way, answer: answer.text, tier: answer.tier, intent: way.reading?.intent, isCascaded: outcome.isCascaded)
    return settle(&way, record, .answered(answer.text))
  }

  /// What the premium model would have cost.
  private func baseline(_ usage: TokenUsage, at time: Timestamp) -> Money {
    // The start refuses a list without its baseline; usage is never negative here.
    (try? parts.prices.baselineCost(of: usage, at: time)) ?? .zero
  }

  private func event(of way: Passage, outcome: CostEvent.Outcome) -> CostEvent {
    CostEvent(
      id: way.traceID, at: way.at, requestID: way.request.id, tenant: way.request.tenant, user: way.request.user,
      feature: way.request.feature, experiment: way.request.experiment, outcome: outcome,
      intent: way.reading?.intent, confidence: way.reading?.confidence)
  }

  private func settle(_ way: inout Passage, _ record: Record, _ outcome: RouteReply.Outcome) -> RouteReply {
    var (record, outcome) = (record, outcome)
    if way.background != nil { record.event = record.event.inBackground }
    let agreement = agreement(way.background, outcome)
    var event = record.event
    let begin = way.timer.mark()
    var isClaimLost = false
    do {
      let (change, isHeld) = try write(record, outcome, way, agreement, since: begin)
      isClaimLost = !isHeld
      if let change { try parts.cache?.apply(change) }
      if let refusal = change?.refusal { way.reasons.append(.notStored(refusal)) }
      way.isStored = change?.isStored == true
    } catch {
      outcome = .failed(RouteError(error, code: "state_failed", kind: .badState))
      event.tier = nil
    }
    way.timer.finish(.record, since: begin)
    parts.budget.keeper?.lookIfDue(parts.store, at: way.at)
    var reply = RouteReply(
      requestID: event.requestID, tenant: event.tenant, traceID: event.id, outcome: outcome, tier: event.tier,
      model: event.model,
      intent: event.intent, reading: way.reading, complexity: way.complexity, band: way.band, reasons: way.reasons,
      timings: way.timer.timings, nanoseconds: way.timer.elapsed, usage: event.usage, cost: event.cost,
      savedByCache: event.savedByCache, savedByRouting: event.savedByRouting,
      savedByCompression: event.savedByCompression,
      citations: event.tier == nil ? [] : record.citations, examples: record.examples,
      entities: way.values.entities)
    if case .answered = outcome { reply.form = record.form }
    reply.isClaimLost = isClaimLost
    return reply
  }

  /// What changes in the cache; `isHeld` is false where the prompt was a queue's and another worker has it now.
  private func write(
    _ record: Record, _ outcome: RouteReply.Outcome, _ way: Passage, _ agreement: Double?, since begin: Int64
  ) throws -> (change: CacheChange?, isHeld: Bool) {
    guard let link = parts.link else {
      return try parts.store.write { try write(record, outcome, way, agreement, since: begin, in: $0) }
    }
    return try link.write(at: way.at, to: parts.store) {
      try write(record, outcome, way, agreement, since: begin, in: $0)
    }
  }

  /// The event goes last, so that its own row knows how long the step took, but for the commit.
  private func write(
    _ record: Record, _ outcome: RouteReply.Outcome, _ way: Passage, _ agreement: Double?, since begin: Int64,
    in transaction: borrowing StoreTransaction
  ) throws -> (change: CacheChange?, isHeld: Bool) {
    var life: CacheLife?
    if let plan = way.cachePlan, let admitted = record.admitted {
      life = parts.cache?.life(of: admitted.answer, for: plan)
    }
    if let sample = record.sample { try ReviewQueue.keep(sample, in: transaction) }
    if let hit = record.hit { try parts.cache?.recordHit(hit, at: way.at, in: transaction) }
    if case .answered(let answer) = outcome, record.hit == nil {
      try recordAudit(of: way, computed: answer, in: transaction)
    }
    let isHeld =
      if let claim = way.background {
        try settleBackground(claim, outcome, record.event, agreement: agreement, in: transaction)
      } else {
        try settleQueue(outcome, record.event, way, in: transaction)
      }
    if let shadow = way.shadow { try ShadowLog.note(shadow, way, in: transaction) }
    if case .answered = outcome {
      try queueBackground(way, record.sample, tier: record.event.tier, in: transaction)
    }
    var change: CacheChange?
    if let cache = parts.cache, let plan = way.cachePlan, let admitted = record.admitted {
      change = try cache.admit(
        plan, admitted.answer, embedding: admitted.embedding, life: life, at: way.at, in: transaction)
    }
    var timer = way.timer
    timer.finish(.record, since: begin)
    var event = record.event
    (event.timings, event.nanoseconds) = (timer.timings, timer.elapsed)
    try Ledger.record(event, in: transaction)
    return (change, isHeld)
  }
}
