/// Decides from an answer's facts whether it may be given to a user; a pure value.
package struct AnswerProbe: Sendable, Equatable {
  /// Why an answer was not accepted, in the order of the checks.
  package enum Rejection: Sendable, Equatable {
    /// Not a whole text of the grammar: the answer ended too early, at a limit or a stop string.
    case formatBroken(Generation.FinishReason)
    /// No text but white space.
    case empty
    /// The answer did not end by itself.
    case cutOff(Generation.FinishReason)
    /// This share of the answer's runs of four tokens had been there before.
    case loop(share: Double, allowed: Double)
    /// A line of four words or more stands twice, whatever its number in a list.
    case repeatedLine
    /// Mean natural log-probability of a token.
    case unlikely(found: Double, allowed: Double)
    /// The probability that it is fit for its prompt; 0 where it cannot be told.
    case unfit(found: Double, allowed: Double)

    /// A short name for traces and counters.
    package var name: String {
      switch self {
      case .formatBroken(.length): "format_cut_at_max_tokens"
      case .formatBroken: "format_cut"
      case .empty: "empty"
      case .cutOff: "cut_off"
      case .loop: "loop"
      case .repeatedLine: "repeated_line"
      case .unlikely: "unlikely"
      case .unfit: "unfit"
      }
    }
  }

  package enum Verdict: Sendable, Equatable {
    case accepted
    case rejected(Rejection)
  }

  /// Learned together with one generator; nil for a generator that came without.
  package var acceptance: AcceptanceModel?
  /// The least mean log-probability, in nats a token; nil does not look at it.
  package var leastMeanLogProbability: Double?
  /// The largest share of repeated runs of four tokens, 0 to 1.
  package var largestRepeatedShare: Double

  /// Shorter answers repeat by chance.
  private static let fewestRuns = 16
  private static let runLength = 4

  package init(
    leastMeanLogProbability: Double? = nil, largestRepeatedShare: Double = 0.5, acceptance: AcceptanceModel? = nil
  ) {
    self.acceptance = acceptance
    self.leastMeanLogProbability = leastMeanLogProbability
    self.largestRepeatedShare = largestRepeatedShare
  }

  /// An answer with a grammar has to be whole, and may repeat what its form repeats.
  package func judge(_ answer: Generation) -> Verdict {
    if answer.fitsGrammar == false { return .rejected(.formatBroken(answer.finish)) }
    if answer.text.allSatisfy(\.isWhitespace) { return .rejected(.empty) }
    if answer.finish != .stop { return .rejected(.cutOff(answer.finish)) }
    let share = answer.fitsGrammar == nil ? Self.repeatedShare(of: answer.tokens) : 0
    if share > largestRepeatedShare { return .rejected(.loop(share: share, allowed: largestRepeatedShare)) }
    if answer.fitsGrammar == nil, Self.repeatsLine(answer.text) { return .rejected(.repeatedLine) }
    if let least = leastMeanLogProbability {
      // A mean that is not a number fails every comparison, so ask for what is good.
      let mean = answer.meanLogProbability ?? -.infinity
      guard mean >= least else { return .rejected(.unlikely(found: mean, allowed: least)) }
    }
    if let acceptance {
      let found = acceptance.probability(of: answer) ?? 0
      guard found >= acceptance.leastProbability else {
        return .rejected(.unfit(found: found, allowed: acceptance.leastProbability))
      }
    }
    return .accepted
  }

  /// Whether a line of four words or more stands twice in the text; numbers and dashes before it do not count.
  package static func repeatsLine(_ text: String) -> Bool {
    var seen: Set<Substring> = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.drop { !$0.isLetter && $0 != "{" }
      guard words.split(separator: " ").count >= 4 else { continue }
      if !seen.insert(words).inserted { return true }
    }
    return false
  }

  /// The share of runs of four tokens that occurred before in the same answer; 0 for short answers.
  package static func repeatedShare(of tokens: [Int32]) -> Double {
    let runs = tokens.count - runLength + 1
    guard runs >= fewestRuns else { return 0 }
    var seen: Set<SIMD4<Int32>> = []
    for start in 0..<runs {
      seen.insert(SIMD4(tokens[start], tokens[start + 1], tokens[start + 2], tokens[start + 3]))
    }
    return 1 - Double(seen.count) / Double(runs)
  }
}
