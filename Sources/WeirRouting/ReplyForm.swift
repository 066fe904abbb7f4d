package import WeirDomain
package import WeirProviders

/// What a remote answer is besides its text, in OpenAI's form: it reaches the caller as it came.
package struct ReplyForm: Sendable, Hashable {
  /// The assistant's message where it is more than a text: calls of tools, a refusal, fields nobody here knows.
  package var message: JSONText?
  /// The answers after the first one, where several were asked for.
  package var alternatives: [Completion.Alternative]
  package var finishReason: Completion.FinishReason

  package init(_ completion: Completion) {
    message = completion.message
    alternatives = completion.alternatives
    finishReason = completion.finishReason
  }

  /// True where the text is not the answer, or not all of it: such an answer may be empty, and is not cached.
  var hasCalls: Bool {
    guard alternatives.isEmpty else { return true }
    guard let members = message?.members else { return false }
    return members.contains { ["tool_calls", "function_call", "audio"].contains($0.name) && $0.value != .null }
  }
}
