internal import WeirCache
package import WeirDomain
internal import WeirClassifier
internal import WeirEncoder
internal import WeirLedger
internal import WeirProviders
internal import WeirStore

/// Answers that the operator brings along, stored as if a model had given them.
extension Router {
  package struct WarmPair: Sendable, Hashable {
    package var request: RouteRequest
    package var answer: String

    package init(request: RouteRequest, answer: String) {
      self.request = request
      self.answer = answer
    }
  }

  /// Stores the pairs in one transaction; the outcome of each, nil where it was stored, else why not.
  ///
  /// They count as approved answers, and are worth what the premium model would take for them. A request that may not
  /// be cached (personal, about today, asking for variety) is not cached when warmed either.
  package func warm(_ pairs: [WarmPair]) throws -> [String?] {
    guard let cache = parts.cache else { return pairs.map { _ in "the cache is turned off: set cache.enabled" } }
    struct Prepared {
      var plan: CachePlan
      var answer: CachedAnswer
      var embedding: Embedding
      var life: CacheLife?
    }
    let now = parts.clock.wall()
    let prepared: [Result<Prepared, RouteError>] = pairs.map { pair in
      Result { () throws(RouteError) in
        let request = pair.request
        guard !request.prompt.allSatisfy(\.isWhitespace) else { throw .emptyPrompt }
        guard !request.messages.contains(where: { CanonicalPrompt.isHostile($0.content) }) else {
          throw .tooManyMarks(allowed: CanonicalPrompt.mostMarks)
        }
        let values = PromptValues(prompt: request.prompt, constants: parts.templates.constants)
        let plan = CachePlan(
          CanonicalRequest(request, cache.configuration, sources: parts.sources),
          isPersonal: values.arePersonal(in: request.messages))
        let output = parts.encoder.embed(request.prompt)
        let reading = try? parts.classifier.classify(embedding: output.values)
        let usage = TokenUsage(
          prompt: output.tokens, completion: TokenEstimate.tokens(in: pair.answer), isEstimated: true)
        let answer = CachedAnswer(
          text: pair.answer, tier: .template, intent: reading?.intent, usage: usage,
          cost: try? parts.prices.baselineCost(of: usage, at: now))
        return Prepared(
          plan: plan, answer: answer,
          embedding: Embedding(values: output.values, encoder: parts.encoder.fingerprint),
          life: cache.life(of: answer, for: plan))
      }
    }
    let changes: [CacheChange?] = try parts.store.write { transaction in
      try prepared.map { prepared in
        guard case .success(let one) = prepared else { return nil }
        return try cache.admit(
          one.plan, one.answer, embedding: cache.encoder == nil ? nil : one.embedding, life: one.life, at: now,
          in: transaction)
      }
    }
    for change in changes.compactMap({ $0 }) { try cache.apply(change) }
    return zip(prepared, changes).map { prepared, change in
      switch prepared {
      case .failure(let error): return error.message
      case .success(let one):
        if change?.isStored == true { return nil }
        return change?.refusal?.text ?? one.plan.admission.reason?.text ?? "the request bypasses the cache"
      }
    }
  }
}
