package import WeirCache
package import WeirDomain
internal import WeirClassifier
internal import WeirEncoder
internal import WeirLedger

/// What the caches would do with a prompt, and why; nothing is answered, recorded or changed.
package struct CacheDiagnosis: Sendable {
  package var plan: CachePlan
  package var exact: CacheHit?
  package var similar: SimilarResult?
  /// The nearest stored prompts of the partition, whatever becomes of them.
  package var neighbours: [ResponseCache.Neighbour] = []
  package var threshold: Double
  package var isSemantic: Bool

  /// Share of semantic hits that may be wrong.
  package var falseHitBudget = 0.01

  /// In one sentence.
  package var verdict: String {
    if !plan.isReadable {
      return "not served: the request bypasses the cache" + (plan.isWritable ? ", though its answer is stored" : "")
    }
    if let exact { return "served by the exact tier: entry \(exact.id), the same request" }
    if plan.key == nil, let reason = plan.admission.reason { return "not cached: \(reason.text)" }
    if let hit = similar?.hit {
      let judged = similar?.candidate.map { " (" + $0.sentence(budget: falseHitBudget) + ")" } ?? ""
      return "served by the semantic tier: entry \(hit.id), which means the same\(judged)"
    }
    if let reason = plan.admission.reason { return "not served: the same request is not stored, and \(reason.text)" }
    if !isSemantic { return "not served: the same request is not stored, and the semantic tier is off" }
    if neighbours.isEmpty { return "not served: nothing is stored that this prompt may be compared with" }
    if let candidate = similar?.candidate {
      return "not served: entry \(candidate.id) is near, but \(candidate.sentence(budget: falseHitBudget))"
    }
    if let refusal = similar?.refusals.first {
      return "not served: the nearest answer was refused, \(refusal.reason.text)"
    }
    return "not served: no stored prompt is near enough"
  }
}

extension Router {
  /// Asks both tiers as `route` would; nil where there is no cache.
  package func diagnoseCache(_ request: RouteRequest, neighbours: Int) throws -> CacheDiagnosis? {
    guard let cache = parts.cache else { return nil }
    let now = parts.clock.wall()
    let values = PromptValues(prompt: request.prompt, constants: parts.templates.constants)
    let plan = CachePlan(
      CanonicalRequest(request, cache.configuration, sources: parts.sources),
      isPersonal: values.arePersonal(in: request.messages))
    var found = CacheDiagnosis(
      plan: plan, exact: try cache.exact(plan, at: now), threshold: cache.floor,
      isSemantic: cache.encoder != nil, falseHitBudget: cache.configuration.falseHitBudget)
    guard plan.partition != nil, cache.encoder != nil else { return found }
    // What an earlier run stored last may still wait for the index.
    cache.flushIndex()
    let output = parts.encoder.embed(request.prompt)
    let embedding = Embedding(values: output.values, encoder: parts.encoder.fingerprint)
    found.neighbours = try cache.neighbours(plan, embedding, count: neighbours, at: now)
    found.similar = try cache.similar(plan, embedding, at: now)
    return found
  }
}
