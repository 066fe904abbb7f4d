import WeirModelFiles

/// The state of one answer between two tokens: sampler, text held back, likelihood. It decides when the answer ends.
struct AnswerInProgress {
  private(set) var text = ""
  private(set) var tokens: [Int32] = []
  private var logProbabilities: [Double] = []
  private var entropies = 0.0
  private var states: StateSum?
  private var sampler: Sampler
  private var decoder = StreamingDecoder()
  private var matcher: StopStringMatcher
  private let endIDs: Set<Int32>
  private let maxTokens: Int
  /// Text of the template that the model itself writes in front of its answer; not part of it.
  private var leadingText: String

  init(options: GenerationOptions, prompt: [Int32], endIDs: Set<Int32>, leadingText: String, collectsStates: Bool) {
    sampler = Sampler(options: options.sampling)
    for token in prompt { sampler.accept(token) }
    matcher = StopStringMatcher(stops: options.stop)
    self.endIDs = endIDs
    self.leadingText = leadingText
    states = collectsStates ? StateSum() : nil
    maxTokens = options.maxTokens
  }

  var meanLogProbability: Double? {
    logProbabilities.isEmpty ? nil : logProbabilities.reduce(0, +) / Double(logProbabilities.count)
  }
  var leastLogProbability: Double? { logProbabilities.min() }
  /// Nil when no token was chosen.
  var signals: AnswerSignals? {
    guard !logProbabilities.isEmpty else { return nil }
    let lowest = logProbabilities.sorted().prefix((logProbabilities.count + 9) / 10)
    return AnswerSignals(
      lowestTenthLogProbability: lowest.reduce(0, +) / Double(lowest.count),
      meanEntropy: entropies / Double(logProbabilities.count), firstState: states?.first ?? [],
      meanState: states?.mean ?? [])
  }

  /// The next token by the logits after a token of the session's last step.
  mutating func choose(from session: GeneratorSession, row: Int) throws(GeneratorFailure) -> Int32 {
    var logits = session.logits(row: row)
    let summary = LogitSummary(logits.span)
    guard summary.sum.isFinite else { throw .notANumber(file: session.model.name) }
    let token = sampler.next(&logits)
    // The sampler may have changed the logits; the likelihood is the model's own.
    logProbabilities.append(summary.logProbability(ofLogit: session.logit(of: token, row: row)))
    entropies += summary.entropy
    states?.add(session.state(row: row))
    return token
  }

  /// Takes the token in, shows the text that is certain now, and says whether the answer ends here.
  mutating func append(
    _ token: Int32, tokenizer: any Tokenizer, onText: (String) -> Void
  ) -> Generation.FinishReason? {
    if endIDs.contains(token) { return .stop }
    tokens.append(token)
    sampler.accept(token)
    show(matcher.append(decoder.append(tokenizer.bytes(of: token))), onText)
    if matcher.isStopped { return .stop }
    return tokens.count >= maxTokens ? .length : nil
  }

  /// Shows what was held back.
  mutating func finish(onText: (String) -> Void) {
    show(matcher.append(decoder.finish()) + matcher.finish(), onText)
  }

  private mutating func show(_ piece: String, _ onText: (String) -> Void) {
    var piece = piece[...]
    if !piece.isEmpty {
      if !leadingText.isEmpty, piece.hasPrefix(leadingText) { piece = piece.dropFirst(leadingText.count) }
      leadingText = ""
    }
    guard !piece.isEmpty else { return }
    text += piece
    onText(String(piece))
  }
}
