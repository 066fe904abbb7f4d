internal import WeirClassifier
internal import WeirDomain
internal import WeirEncoder

/// Step 6: what the models say of the prompt.
extension Router {
  /// Share of the softmax from which on an intent counts as likely, where a rule must not miss it.
  private static let likelyShare: Float = 0.1
  /// Turns besides the prompt that are read for such rules, the latest ones.
  private static let mostTurns = 32
  /// A turn that is longer than the encoder's window is read in pieces of this many characters.
  private static let pieceLength = 400
  private static let mostPieces = 64

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

  /// What the other turns are likely about, whoever wrote them: all of the conversation would be sent, not the prompt
  /// alone.
  private func readEarlierTurns(_ way: inout Passage) async throws(RouteError) {
    let messages = way.request.messages
    let prompt = messages.lastIndex { $0.role == .user }
    var turns: [String] = []
    for (index, message) in messages.enumerated() {
      let sent = SentTexts(message)
      if sent.hasUnread { way.isPartlyUnread = true }
      // Arguments of tools and parts of other kinds; single words are names, roles and types.
      let others = sent.texts.filter { text in
        text.contains(" ") && !text.allSatisfy { !$0.isLetter } && !message.content.contains(text)
      }
      turns += ((index == prompt ? [] : [message.content]) + others).filter { !$0.allSatisfy(\.isWhitespace) }
    }
    guard !turns.isEmpty else { return }
    let encoder = parts.encoder
    let read = turns.suffix(Self.mostTurns)
    let (vectors, isWhole) = await lane.run {
      var vectors: [[Float]] = []
      var isWhole = true
      for text in read {
        let output = encoder.embed(text)
        vectors.append(output.values)
        guard output.isTruncated else { continue }
        for piece in Self.pieces(of: text) {
          guard vectors.count < Self.mostPieces else { return (vectors, false) }
          let output = encoder.embed(piece)
          vectors.append(output.values)
          if output.isTruncated { isWhole = false }
        }
      }
      return (vectors, isWhole)
    }
    var names = Set(way.reading?.alternatives ?? [])
    for vector in vectors {
      let found = try classification(of: vector)
      names.formUnion(likely(found) + [found.intent])
    }
    if !isWhole || read.count < turns.count { way.isPartlyUnread = true }
    way.reading?.alternatives = names.sorted()
  }

  /// Parted at blanks, where there are some.
  private static func pieces(of text: String) -> [String] {
    var pieces: [String] = []
    var rest = text[...]
    while !rest.isEmpty {
      let part = rest.prefix(pieceLength)
      let blank = part.endIndex == rest.endIndex ? nil : part.lastIndex(where: \.isWhitespace)
      let piece = blank.map { part[...$0] } ?? part
      pieces.append(String(piece))
      rest = rest[piece.endIndex...]
    }
    return pieces
  }
}
