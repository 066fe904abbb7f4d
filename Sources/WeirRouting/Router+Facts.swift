internal import WeirCache
internal import WeirClassifier
internal import WeirDomain
internal import WeirEntities
internal import WeirLedger
internal import WeirProviders

/// Step 7: what is known about a request, put together for the policy.
extension Router {
  func decide(_ way: inout Passage) throws(RouteError) -> RoutePlan {
    try way.measure(.decide) { (way) throws(RouteError) in
      let facts = facts(&way)
      way.facts = facts
      let plan = inBackground(parts.policy.plan(for: facts), facts, way)
      (way.wantsBackground, way.shadow) = (!plan.background.isEmpty, shadowed(facts, plan, way))
      way.reasons += plan.reasons
      way.band = plan.band
      if let unknown = plan.unknownModel { throw .unknownModel(unknown) }
      return plan
    }
  }

  private func facts(_ way: inout Passage) -> RouteFacts {
    let request = way.request
    let generator = parts.local.map {
      RouteFacts.GeneratorFacts(
        window: $0.window, promptTokens: $0.promptTokens(of: messages(way, for: $0), intent: way.reading?.intent),
        readsSingleTurns: $0.readsSingleTurns)
    }
    var facts = RouteFacts(
      requestedModel: request.settings.model, reading: way.reading, complexity: way.complexity ?? 0,
      turns: request.messages.count, cutAt: way.isCut ? way.promptTokens : nil,
      isNegated: NegatedRequest.matches(request.prompt), generator: generator, template: template(&way),
      remotes: remoteOptions(at: way.at), format: .init(request.settings.format))
    facts.sufficiency = way.sufficiency[.generator]
    facts.remoteSufficiency = way.sufficiency.filter { !$0.key.isLocal }
    facts.complexityOrigin = way.complexityOrigin
    (facts.tenant, facts.feature) = (request.tenant, request.feature)
    facts.fittingTexts = parts.policy.rules.fitting(request, entities: way.values.entities)
    facts.remoteTokens = PromptCompressor.tokens(of: request.messages)
    facts.isPartlyUnread = way.isPartlyUnread
    facts.maxTokens = request.settings.maxTokens
    facts.maxCost = request.maxCost
    facts.millisecondsLeft = way.deadline.map { Int(max($0 - parts.clock.monotonic(), 0) / 1_000_000) }
    facts.needs = request.needs
    facts.acceptance = acceptance(for: facts)
    return facts
  }

  /// Remote models with what is known of each now.
  private func remoteOptions(at time: Timestamp) -> [RemoteOption] {
    let now = parts.clock.monotonic()
    return parts.remotes.options.map { option in
      var option = option
      if let price = try? parts.prices.price(of: option.model, at: time) {
        option.rate = RemoteOption.Rate(input: price.input, output: price.output)
      }
      option.state = parts.remotes.state(of: option)
      option.latency = latencies.latency(of: option.model, at: now)
      return option
    }
  }

  /// The conversation as the generator reads it.
  private func messages(_ way: Passage, for local: any LocalAnswerer) -> [ChatMessage] {
    readsSlots(way, local) ? way.values.delexicalized(way.request.messages) : way.request.messages
  }

  /// Slots stand in plain replies only: in a format's text nothing is filled in afterwards.
  func readsSlots(_ way: Passage, _ local: (any LocalAnswerer)?) -> Bool {
    local?.readsSlots == true && way.request.settings.format == .text
  }

  /// Fills the approved answers of the intent; the one that fits is kept for step 8.
  private func template(_ way: inout Passage) -> RouteFacts.TemplateFacts? {
    if parts.templates.isEmpty { return nil }
    guard let intent = way.reading?.intent, let choice = parts.templates.choice(for: intent, way.values.slots) else {
      return RouteFacts.TemplateFacts.none
    }
    switch choice {
    case .open(let id, let slots): return .open(id: id, slots: slots)
    case .fits(let id, let text):
      way.template = Cascade.Answer(
        text: text, tier: .template, model: "template/\(id)",
        usage: TokenUsage(
          prompt: way.promptTokens, completion: TokenEstimate.tokens(in: text), isEstimated: true))
      return .fits(id: id)
    }
  }
}

extension Router {
  /// The outcome as the request's mode and deadline make it.
  ///
  /// A local answer that is given although its confidence is too low is not cached; what was stopped by the deadline
  /// failed for want of time.
  func settled(_ outcome: Cascade.Outcome, _ plan: RoutePlan, _ way: inout Passage) -> Cascade.Outcome {
    var outcome = outcome
    switch outcome.end {
    case .answered(let answer): way.isDoubtful = plan.isDoubtful && answer.tier.isLocal
    case .unanswered(let error, _):
      // What ended a stream that was passed on in part keeps its name.
      guard way.stream?.isCommitted != true else { break }
      guard let deadline = way.deadline, error.kind != .badRequest, parts.clock.monotonic() >= deadline else { break }
      outcome.end = .unanswered(.outOfTime, mayWait: false)
      outcome.isStopped = true
    }
    return outcome
  }

  /// Stops what the caller stops, and what the request's deadline makes useless.
  func stop(_ way: Passage, or isCancelled: @escaping @Sendable () -> Bool) -> @Sendable () -> Bool {
    guard let deadline = way.deadline else { return isCancelled }
    let now = parts.clock.monotonic
    return { isCancelled() || now() >= deadline }
  }
}
