package import WeirDomain

/// A remote model's answer.
package struct Completion: Sendable, Hashable {
  package enum FinishReason: String, Sendable, Hashable, CaseIterable {
    case stop, length, contentFilter, other
  }

  package struct Timings: Sendable, Hashable {
    /// From the call to the end, waits between attempts included.
    package var total: Duration
    /// From the call to the first text; nil when not streamed or without text.
    package var firstText: Duration?
    /// The last attempt alone.
    package var lastAttempt: Duration

    package init(total: Duration, firstText: Duration?, lastAttempt: Duration) {
      self.total = total
      self.firstText = firstText
      self.lastAttempt = lastAttempt
    }
  }

  package var text: String
  /// Estimated where the provider did not say.
  package var usage: TokenUsage
  /// As the provider reported it, else as it was asked for.
  package var model: String
  package var finishReason: FinishReason
  /// How many requests it took, 1 or more.
  package var attempts: Int
  package var timings: Timings

  package init(
    text: String, usage: TokenUsage, model: String, finishReason: FinishReason, attempts: Int, timings: Timings
  ) {
    self.text = text
    self.usage = usage
    self.model = model
    self.finishReason = finishReason
    self.attempts = attempts
    self.timings = timings
  }
}
