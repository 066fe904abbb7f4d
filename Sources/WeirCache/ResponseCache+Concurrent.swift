package import WeirDomain

extension ResponseCache {
  /// Whether prompts that mean the same may share an answer.
  package var hasSemanticTier: Bool { index != nil }

  /// Whether the answer that is being computed for `prompt` would serve the plan, as `similar` decides of stored ones.
  ///
  /// Both prompts are of the plan's partition and canonical, both vectors of the cache's encoder and of unit length.
  /// A yes is worth waiting for: once the answer is stored, `similar` decides with all it knows.
  package func wouldServe(_ plan: CachePlan, _ embedding: Embedding, prompt: String, vector: [Float]) -> Bool {
    guard embedding.values.count == vector.count else { return false }
    var similarity: Float = 0
    for index in vector.indices { similarity += vector[index] * embedding.values[index] }
    return similarity >= configuration.threshold
      && SimilarityGuard.refusal(asked: plan.prompt, stored: prompt) == nil
  }
}
