package import WeirDomain

/// One piece of a streamed answer.
package enum CompletionDelta: Sendable, Hashable {
  /// New text of the first choice; never empty.
  case text(String)
  /// Anything else that came: the members of OpenAI's `delta` object beside plain text (fragments of tool calls, a
  /// refusal, fields nobody here knows), for the choice of this index.
  case form(choice: Int, JSONText)

  /// The text of the first choice, if this is any.
  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
}
