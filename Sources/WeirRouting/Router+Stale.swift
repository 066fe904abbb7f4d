internal import WeirCache
internal import WeirDomain

/// Answers whose time is over, for when nobody else can answer: never without a mark.
extension Router {
  /// An expired answer of the same request, or of one that means the same; nil where the operator wants none.
  ///
  /// A cache that cannot be read has none either: the request then ends as it would have without.
  func staleHit(_ embedding: PromptEmbedding, _ way: inout Passage) -> CacheHit? {
    guard let cache = parts.cache, cache.configuration.staleMilliseconds > 0, var plan = way.cachePlan,
      plan.isReadable, plan.admission.reason != .temporal
    else { return nil }
    plan.acceptsStale = true
    let begin = way.timer.mark()
    defer { way.timer.finish(.similar, since: begin) }
    let exact = try? cache.exact(plan, at: way.at)
    guard let hit = exact ?? (try? cache.similar(plan, embedding.vector, at: way.at))?.hit else { return nil }
    way.reasons.append(.staleHit(milliseconds: max(way.at.milliseconds - hit.expiresAt.milliseconds, 0)))
    return hit
  }
}
