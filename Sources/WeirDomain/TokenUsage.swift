/// Tokens read and written for one answer.
package struct TokenUsage: Sendable, Hashable {
  package var prompt: Int
  package var completion: Int
  /// Those of the prompt tokens that the answerer had in its own cache, which some charge less for.
  package var cachedPrompt: Int
  /// True where the answerer did not say and the count is ours.
  package var isEstimated: Bool

  package static let zero = TokenUsage(prompt: 0, completion: 0)

  package init(prompt: Int, completion: Int, cachedPrompt: Int = 0, isEstimated: Bool = false) {
    self.prompt = prompt
    self.completion = completion
    self.cachedPrompt = cachedPrompt
    self.isEstimated = isEstimated
  }

  package var total: Int { prompt + completion }
}
