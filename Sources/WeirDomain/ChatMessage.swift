/// One turn of a conversation.
package struct ChatMessage: Sendable, Hashable {
  package enum Role: String, Sendable, Hashable, CaseIterable {
    case system, user, assistant
    /// The result of a tool that an assistant's turn asked for.
    case tool
  }

  package var role: Role
  /// The turn's texts; what models on this host, caches and the policy read.
  package var content: String
  /// The turn as its author wrote it, an OpenAI chat message, where role and text are not all of it: parts, tool calls,
  /// fields nobody here knows. Remote models are given this.
  package var original: JSONText?

  package init(role: Role, content: String, original: JSONText? = nil) {
    self.role = role
    self.content = content
    self.original = original
  }
}
