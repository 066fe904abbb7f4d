package import WeirDomain

/// A remote model's answer.
package struct Completion: Sendable, Hashable {
  package enum FinishReason: String, Sendable, Hashable, CaseIterable {
    case stop, length, toolCalls, contentFilter, other

    /// As OpenAI's API writes it.
    package var word: String {
      switch self {
      case .stop, .other: "stop"
      case .length: "length"
      case .toolCalls: "tool_calls"
      case .contentFilter: "content_filter"
      }
    }
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

  /// One more answer of a request that asked for several.
  package struct Alternative: Sendable, Hashable {
    package var text: String
    /// The message in OpenAI's form where it is more than a text.
    package var message: JSONText?
    package var finishReason: FinishReason

    package init(text: String, message: JSONText? = nil, finishReason: FinishReason) {
      self.text = text
      self.message = message
      self.finishReason = finishReason
    }
  }

  package var text: String
  /// The message in OpenAI's form where it is more than a text: tool calls, a refusal, fields nobody here knows.
  package var message: JSONText?
  /// The answers after the first one, where several were asked for.
  package var alternatives: [Alternative]
  /// Estimated where the provider did not say.
  package var usage: TokenUsage
  /// As the provider reported it, else as it was asked for.
  package var model: String
  /// What attempts used up that gave no answer.
  package var wasted: TokenUsage
  package var finishReason: FinishReason
  /// How many requests it took, 1 or more.
  package var attempts: Int
  package var timings: Timings

  package init(
    text: String, message: JSONText? = nil, alternatives: [Alternative] = [], usage: TokenUsage,
    wasted: TokenUsage = .zero, model: String, finishReason: FinishReason, attempts: Int, timings: Timings
  ) {
    self.text = text
    self.message = message
    self.alternatives = alternatives
    self.usage = usage
    self.wasted = wasted
    self.model = model
    self.finishReason = finishReason
    self.attempts = attempts
    self.timings = timings
  }

  init(
    _ content: ReplyContent, usage: TokenUsage, wasted: TokenUsage, model: String, attempts: Int, timings: Timings
  ) {
    self.init(
      text: content.text, message: content.message, alternatives: content.alternatives, usage: usage, wasted: wasted,
      model: content.model ?? model, finishReason: content.finishReason ?? .other, attempts: attempts, timings: timings)
  }
}
