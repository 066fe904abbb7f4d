/// What a request tells the provider's prompt cache.
package struct PromptCacheMarks: Sendable, Hashable {
  /// Tools and system messages are the same as in earlier requests, and long enough.
  package var prefix: Bool
  /// The conversation goes on from one that was sent before, and is long enough.
  package var conversation: Bool
  /// The same for requests with the same long prefix: a digest.
  package var key: String?

  package static let none = PromptCacheMarks()

  package init(prefix: Bool = false, conversation: Bool = false, key: String? = nil) {
    self.prefix = prefix
    self.conversation = conversation
    self.key = key
  }
}
