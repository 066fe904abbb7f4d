import WeirGrammar
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
  /// Nil for free text.
  private var constraint: AnswerConstraint?

  init(
    options: GenerationOptions, prompt: [Int32], endIDs: Set<Int32>, leadingText: String, collectsStates: Bool,
    constraint: AnswerConstraint? = nil
  ) {
    sampler = Sampler(options: options.sampling)
    for token in prompt { sampler.accept(token) }
    matcher = StopStringMatcher(stops: options.stop)
    self.endIDs = endIDs
    // What a grammar allows is the answer as it stands.
    self.leadingText = constraint == nil ? leadingText : ""
    self.constraint = constraint
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
    let mask = try constraint?.mask()
    let token = sampler.next(&logits, of: mask)
    // Mask and sampler may have changed the logits; the likelihood is the model's own, also of what a grammar forces.
    logProbabilities.append(summary.logProbability(ofLogit: session.logit(of: token, row: row)))
    entropies += summary.entropy
    states?.add(session.state(row: row))
    return token
  }

  /// Tokens that the grammar most likely leaves no choice about.
  func forcedTokens(_ tokenizer: any Tokenizer) -> [Int32] { constraint?.forcedTokens(tokenizer) ?? [] }

  /// Takes the token in, shows the text that is certain now, and says whether the answer ends here.
  mutating func append(
    _ token: Int32, tokenizer: any Tokenizer, onText: (String) -> Void
  ) -> Generation.FinishReason? {
    if endIDs.contains(token) { return .stop }
    tokens.append(token)
    sampler.accept(token)
    let bytes = tokenizer.bytes(of: token)
    constraint?.read(bytes)
    show(matcher.append(decoder.append(bytes)), onText)
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
