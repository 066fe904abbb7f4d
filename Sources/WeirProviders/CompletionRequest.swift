package import WeirDomain

/// A conversation for a remote model.
package struct CompletionRequest: Sendable, Hashable {
  /// The whole conversation, oldest turn first.
  package var messages: [ChatMessage]
  /// `model` is the name that the provider knows.
  package var settings: ModelSettings
  /// How long all attempts together may take; nil leaves it to the provider's retry policy.
  package var deadline: Duration?

  package init(messages: [ChatMessage], settings: ModelSettings, deadline: Duration? = nil) {
    self.messages = messages
    self.settings = settings
    self.deadline = deadline
  }
}
