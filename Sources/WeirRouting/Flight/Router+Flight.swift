internal import WeirCache
internal import WeirDomain

/// What several requests at the same time share: equal ones, and ones that mean the same, compute once.
///
/// What a request that waited is given comes from the cache, by the same look and the same checks as an answer of
/// yesterday: it is a hit that costs nothing, and nothing is handed over that the cache would not serve. Keys and
/// partitions hold the tenant, so nobody waits for another tenant's request.
extension Router {
  /// Step 3, where the cache has no answer: waits for an equal request that is being answered, or leads.
  func join(_ way: inout Passage) async throws(RouteError) -> CacheHit? {
    guard let cache = parts.cache, let plan = way.cachePlan, let key = plan.key, plan.isReadable, plan.isWritable else {
      return nil
    }
    let deadline = min(flights.deadline(), way.deadline ?? .max)
    switch flights.enter(key, deadline: deadline) {
    case .alone: return nil
    case .lead(let ticket):
      way.flight = (ticket, deadline)
      // Who led before may have finished between this request's first look and now.
      return try look(cache, plan, &way)
    case .wait(let ticket):
      let begin = way.timer.mark()
      let wake = await flights.wait(as: ticket)
      way.timer.finish(.wait, since: begin)
      if wake == .lead { way.flight = (ticket, deadline) }
      guard wake == .look, let hit = try look(cache, plan, &way) else { return nil }
      way.reasons.append(.joined)
      return hit
    }
  }

  private func look(
    _ cache: ResponseCache, _ plan: CachePlan, _ way: inout Passage
  ) throws(RouteError) -> CacheHit? {
    let hit = try RouteError.wrapping("cache_failed", .badState) { try cache.exact(plan, at: way.at) }
    if hit != nil { way.reasons.append(.exactHit) }
    return hit
  }

  /// Step 5, where the cache has nothing similar: waits for a request that means the same and is being answered.
  ///
  /// A leader that finds none offers its own work, in the same moment as it looks: of two that mean the same one
  /// always sees the other.
  func coalesce(_ embedding: PromptEmbedding, _ way: inout Passage) async throws(RouteError) -> CacheHit? {
    guard let cache = parts.cache, cache.hasSemanticTier, let plan = way.cachePlan, let partition = plan.partition,
      let (leader, deadline) = way.flight
    else { return nil }
    let own = FlightTable.Offer(leader: leader, prompt: plan.prompt, vector: embedding.vector.values)
    var seen: Set<FlightTable.Ticket> = []
    var mayWait = true
    while true {
      let offers = flights.offer(own, in: partition, seen: seen)
      if offers.isEmpty { return nil }
      seen.formUnion(offers.map(\.leader))
      // One that waits no more still offers its own work, until it has seen all.
      guard mayWait else { continue }
      // The latest first: it has the most of its way before it, but the first to finish is not known.
      let near = offers.reversed().first {
        cache.wouldServe(plan, embedding.vector, prompt: $0.prompt, vector: $0.vector)
      }
      guard let near else { continue }
      let begin = way.timer.mark()
      let wake = await flights.wait(for: near.leader, deadline: deadline)
      way.timer.finish(.wait, since: begin)
      if wake == .look || wake == nil {
        let before = way.reasons
        if let hit = try await similar(embedding, &way) {
          way.reasons.append(.coalesced)
          return hit
        }
        way.reasons = before
      }
      // A leader that failed may have had others beside it, and one that was gone at once has cost no time.
      mayWait = wake == .seek || wake == nil
    }
  }

  /// Tells those who wait what became of the request.
  func finishFlight(of way: Passage, _ reply: RouteReply) {
    guard let ticket = way.flight?.ticket else { return }
    switch reply.outcome {
    case .answered where reply.isStale: flights.leave(ticket, .failed)
    case .answered: flights.leave(ticket, way.isStored || reply.tier == .exact ? .stored : .unshared)
    case .deferred, .failed: flights.leave(ticket, .failed)
    }
  }
}
