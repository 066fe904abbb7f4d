internal import WeirClassifier
internal import WeirDomain
internal import WeirEncoder

/// Step 6: what the models say of the prompt.
extension Router {
  /// Share of the softmax from which on an intent counts as likely, where a rule must not miss it.
  private static let likelyShare: Float = 0.1
  /// Earlier turns of a conversation that are read for such rules, the latest ones.
  private static let mostEarlierTurns = 16

  func classify(_ embedding: PromptEmbedding, _ way: inout Passage) async throws(RouteError) {
    let begin = way.timer.mark()
    defer { way.timer.finish(.classify, since: begin) }
    let found = try classification(of: embedding.vector.values, text: way.request.prompt)
    way.reading = .init(
      intent: found.intent, confidence: Double(found.confidence), outOfScope: Double(found.outOfScope),
      alternatives: likely(found).filter { $0 != found.intent })
    way.sufficiency = found.sufficiency.mapValues { Double($0) }
    if let learned = found.complexity {
      (way.complexity, way.complexityOrigin) = (Double(learned), .learned)
    } else {
      estimateComplexity(&way)
    }
    if parts.policy.rules.keepIntentsHere { try await readEarlierTurns(&way) }
  }

  private func classification(of vector: [Float], text: String? = nil) throws(RouteError) -> Classification {
    try RouteError.wrapping("classifier_failed", .badModel) {
      try parts.classifier.classify(embedding: vector, text: text)
    }
  }

  private func likely(_ found: Classification) -> [String] {
    found.ranked.filter { $0.probability >= Self.likelyShare }.map(\.intent)
  }

  private func estimateComplexity(_ way: inout Passage) {
    let settings = parts.settings.complexity
    let messages = way.request.messages
    let estimate = Complexity(
      of: way.request.prompt,
      .init(
        tokens: way.promptTokens, contextTokens: PromptCompressor.tokens(of: messages.dropLast()),
        maxTokens: way.request.settings.maxTokens),
      weights: settings.weights, terms: settings.terms)
    way.complexity = estimate.value
    way.complexityOrigin = .factors(
      zip(Complexity.Factor.allCases, estimate.shares).map { .init(factor: $0.rawValue, share: $1) })
  }

  /// What earlier turns are likely about: all of the conversation would be sent, not its last turn alone.
  private func readEarlierTurns(_ way: inout Passage) async throws(RouteError) {
    let earlier = way.request.messages.dropLast().filter { $0.role == .user }.map(\.content)
    guard !earlier.isEmpty else { return }
    let encoder = parts.encoder
    let read = earlier.suffix(Self.mostEarlierTurns)
    let outputs = await lane.run { read.map { encoder.embed($0) } }
    var names = Set(way.reading?.alternatives ?? [])
    for output in outputs {
      let found = try classification(of: output.values)
      names.formUnion(likely(found) + [found.intent])
      if output.isTruncated { way.isPartlyUnread = true }
    }
    if read.count < earlier.count { way.isPartlyUnread = true }
    way.reading?.alternatives = names.sorted()
  }
}
