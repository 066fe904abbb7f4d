package import WeirDomain
package import WeirHTTP

/// OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), as many servers speak them.
package struct OpenAICodec: ProviderCodec {
  /// Asks streams for their usage; some old servers refuse the field.
  package var asksForUsage: Bool
  /// OpenAI's newer models refuse `max_tokens`.
  package var namesLimitMaxCompletionTokens: Bool
  /// Sends `prompt_cache_key`, which other servers than OpenAI's own may refuse.
  package var sendsCacheKey: Bool

  package init(
    asksForUsage: Bool = true, namesLimitMaxCompletionTokens: Bool = false, sendsCacheKey: Bool = false
  ) {
    self.asksForUsage = asksForUsage
    self.namesLimitMaxCompletionTokens = namesLimitMaxCompletionTokens
    self.sendsCacheKey = sendsCacheKey
  }

  package var path: String { "chat/completions" }

  package func headers(key: Secret?) -> [HTTPHeader] {
    key.map { [HTTPHeader("Authorization", "Bearer \($0.revealed)")] } ?? []
  }

  package func leastCachedTokens(model: String) -> Int { 1024 }

  package func reply(maximumBytes: Int) -> OpenAIReply { OpenAIReply(maximumBytes: maximumBytes) }
}
