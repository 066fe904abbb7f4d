internal import WeirCache
internal import WeirDomain
internal import WeirRetrieval

/// Step 8a: what an answerer that follows instructions is given besides the conversation.
extension Router {
  func ground(
    _ plan: RoutePlan, _ embedding: PromptEmbedding, _ way: inout Passage
  ) throws(RouteError) -> GroundedTurns {
    let turns = GroundedTurns(way.request.messages)
    let grounding = parts.grounding
    if grounding.isUnused { way.reasons.append(.documentsUnused) }
    guard grounding.documents != nil || grounding.fewShot > 0 else { return turns }
    return try way.measure(.ground) { (way) throws(RouteError) in
      var turns = turns
      let passages = try passages(embedding, way)
      if grounding.groundsRemote {
        turns.remotePassages = passages
        turns.remote = GroundedTurns.grounded(way.request.messages, in: passages)
      }
      if let local = parts.local, local.followsInstructions {
        try fill(&turns, for: local, passages, embedding, way)
      }
      let used = max(turns.localPassages.count, turns.remotePassages.count)
      if grounding.documents != nil { way.reasons.append(used > 0 ? .grounded(passages: used) : .notGrounded) }
      if !turns.examples.isEmpty { way.reasons.append(.fewShot(examples: turns.examples.count)) }
      way.turns = turns
      return turns
    }
  }

  private func passages(_ embedding: PromptEmbedding, _ way: Passage) throws(RouteError) -> [FoundPassage] {
    guard let documents = parts.grounding.documents else { return [] }
    return try RouteError.wrapping("documents_failed", .badState) {
      try documents.search(
        way.request.prompt, vector: embedding.vector.values, count: parts.grounding.passages,
        floor: parts.grounding.minScore)
    }
  }

  /// Passages first, then examples, as far as the window has room beside the answer.
  private func fill(
    _ turns: inout GroundedTurns, for local: any LocalAnswerer, _ passages: [FoundPassage],
    _ embedding: PromptEmbedding, _ way: Passage
  ) throws(RouteError) {
    let room = local.window - local.answerTokens(for: way.request.settings)
    let messages = way.request.messages
    func fits(_ messages: [ChatMessage]) -> Bool {
      local.promptTokens(of: messages, intent: way.reading?.intent) <= room
    }
    turns.localPassages = GroundedTurns.fitting(passages) { fits(GroundedTurns.grounded(messages, in: $0)) }
    let grounded = GroundedTurns.grounded(messages, in: turns.localPassages)
    turns.local = grounded
    guard parts.grounding.fewShot > 0, let cache = parts.cache, let plan = way.cachePlan, plan.isReadable else {
      return
    }
    let earlier = try RouteError.wrapping("cache_failed", .badState) {
      try cache.examples(plan, embedding.vector, count: parts.grounding.fewShot, at: way.at)
    }
    // The nearest stands last, next to the prompt.
    let kept = GroundedTurns.fitting(earlier) { examples in
      fits(GroundedTurns.exemplified(grounded, by: examples.reversed().map { ($0.prompt, $0.answer) }))
    }
    turns.examples = kept.reversed().map(\.id)
    turns.local = GroundedTurns.exemplified(grounded, by: kept.reversed().map { ($0.prompt, $0.answer) })
  }
}
