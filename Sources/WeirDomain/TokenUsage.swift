/// Tokens read and written for one answer.
package struct TokenUsage: Sendable, Hashable {
  package var prompt: Int
  package var completion: Int
  /// True where the answerer did not say and the count is ours.
  package var isEstimated: Bool

  package static let zero = TokenUsage(prompt: 0, completion: 0)

  package init(prompt: Int, completion: Int, isEstimated: Bool = false) {
    self.prompt = prompt
    self.completion = completion
    self.isEstimated = isEstimated
  }

  package var total: Int { prompt + completion }
}
