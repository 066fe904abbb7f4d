/// Tokens read and written for one answer.
package struct TokenUsage: Sendable, Hashable {
  /// All tokens read, wherever they came from.
  package var prompt: Int
  package var completion: Int
  /// Those of the prompt tokens that the answerer had in its own cache, which some charge less for.
  package var cachedPrompt: Int
  /// Those of the prompt tokens that the answerer wrote into its cache, which some charge more for.
  package var cacheWrite: Int
  /// Those of the written ones that it keeps for an hour instead of minutes, which some charge still more for.
  package var longCacheWrite: Int
  /// True where the answerer did not say and the count is ours.
  package var isEstimated: Bool

  package static let zero = TokenUsage(prompt: 0, completion: 0)

  package init(
    prompt: Int, completion: Int, cachedPrompt: Int = 0, cacheWrite: Int = 0, longCacheWrite: Int = 0,
    isEstimated: Bool = false
  ) {
    self.prompt = prompt
    self.completion = completion
    self.cachedPrompt = cachedPrompt
    self.cacheWrite = cacheWrite
    self.longCacheWrite = longCacheWrite
    self.isEstimated = isEstimated
  }

  package var total: Int { prompt + completion }

  /// Of several answers together; an estimate where any of them is.
  package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
    TokenUsage(
      prompt: left.prompt + right.prompt, completion: left.completion + right.completion,
      cachedPrompt: left.cachedPrompt + right.cachedPrompt, cacheWrite: left.cacheWrite + right.cacheWrite,
      longCacheWrite: left.longCacheWrite + right.longCacheWrite, isEstimated: left.isEstimated || right.isEstimated)
  }

  package static func += (left: inout TokenUsage, right: TokenUsage) {
    left = left + right
  }
}
