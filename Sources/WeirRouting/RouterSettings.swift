package import WeirClassifier

/// What the request's way needs of the configuration.
package struct RouterSettings: Sendable, Hashable {
  /// What becomes of a prompt that should be escalated and that no remote answers.
  package typealias Unanswered = OutagePolicy

  /// Longer conversations are refused, in bytes of UTF-8.
  package var maxPromptBytes: Int
  package var whenUnanswered: Unanswered

  /// What the factors of complexity count for, and the operator's own terms, in small letters.
  package var complexity: ComplexitySettings

  /// What shortens conversations before they are sent to a remote model.
  package var compressor: PromptCompressor

  /// The longest that a request waits for others that are the same or mean the same, before it is answered on its own.
  package var patienceMilliseconds: Int64

  /// Whether an expired or a doubtful answer sends its prompt to the queue, to get a better one for the cache.
  package var upgradesLater = true

  /// How long a claim on a queued prompt holds; it is renewed four times in that time while the prompt is at work.
  package var claimMilliseconds: Int64 = 60_000

  package init(
    maxPromptBytes: Int, whenUnanswered: Unanswered = .keepForLater,
    compressor: PromptCompressor = PromptCompressor(), patienceMilliseconds: Int64 = 60_000,
    complexity: ComplexitySettings = ComplexitySettings()
  ) {
    self.complexity = complexity
    self.patienceMilliseconds = patienceMilliseconds
    self.compressor = compressor
    self.maxPromptBytes = maxPromptBytes
    self.whenUnanswered = whenUnanswered
  }
}

/// How complexity is estimated where it was not learned.
package struct ComplexitySettings: Sendable, Hashable {
  package var weights: Complexity.Weights
  /// Words of the operator's trade, in small letters.
  package var terms: Set<String>

  package init(weights: Complexity.Weights = Complexity.Weights(), terms: Set<String> = []) {
    self.weights = weights
    self.terms = terms
  }
}
