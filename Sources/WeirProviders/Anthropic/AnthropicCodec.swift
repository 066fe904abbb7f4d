package import WeirDomain
package import WeirHTTP

/// Anthropic's Messages (https://docs.anthropic.com/en/api/messages).
///
/// Requests are OpenAI's inside this program: what means the same there is translated, and what does not is refused by
/// name. Its own fields pass through.
package struct AnthropicCodec: ProviderCodec {
  /// The API's version, which says how requests and events look.
  static let version = "2023-06-01"

  package init() {}

  package var path: String { "messages" }

  package func headers(key: Secret?) -> [HTTPHeader] {
    [HTTPHeader("anthropic-version", Self.version)] + (key.map { [HTTPHeader("x-api-key", $0.revealed)] } ?? [])
  }

  package func reply(maximumBytes: Int) -> AnthropicReply { AnthropicReply(maximumBytes: maximumBytes) }

  /// The API wants a limit where the request has none: the most that models of its generation write without asking for
  /// more.
  static func maxTokens(model: String) -> Int {
    ["claude-3-opus", "claude-3-sonnet", "claude-3-haiku"].contains { model.hasPrefix($0) } ? 4096 : 8192
  }

  /// As documented under prompt caching; a shorter prefix is not cached, marked or not.
  package func leastCachedTokens(model: String) -> Int {
    let long = ["opus-4-5", "opus-4-6", "haiku-4-5"]
    let middle = ["sonnet-4-6", "3-haiku", "3-5-haiku"]
    let short = ["opus-4-1", "opus-4-2", "sonnet-4-5", "sonnet-4-2", "3-7-sonnet", "3-5-sonnet", "3-opus"]
    if long.contains(where: model.contains) { return 4096 }
    if middle.contains(where: model.contains) { return 2048 }
    return short.contains(where: model.contains) ? 1024 : 4096
  }
}
