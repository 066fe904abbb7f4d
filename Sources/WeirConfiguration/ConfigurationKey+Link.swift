/// The schema of `[link]`.
extension ConfigurationKey {
  static let link: [ConfigurationKey] = [
    .init(
      "link", "metered", .boolean, .boolean(false),
      "Whether bytes are paid for: prompts of priority batch then wait, and nothing is sent just to try the link."),
    .init(
      "link", "metered_hours", .texts, .texts([]),
      "Hours of the day, in local time, that are metered: [\"08:00-18:00\"]."),
    .init(
      "link", "data_cap", .bytes(0...(1 << 50)), .integer(0),
      "Most bytes a calendar month (UTC), such as \"2GB\", sent and received together without TLS and TCP; 0 is no cap.",
      "The last tenth is for express prompts; with none left no remote model is asked."),
    .init(
      "link", "slow_after", .duration(1...3_600), .integer(20),
      "A provider most of whose answers take longer is left alone for a while, as one that fails is."),
    .init(
      "link", "retry_share", .decimal(0...1), .decimal(0.1),
      "Retries for each request, over all requests to a provider: more would keep one that is in trouble down."),
    .init(
      "link", "hedge_percentile", .decimal(0...0.999), .decimal(0),
      "A request that takes longer than this share of the last ones (0.95) is sent a second time, and the first answer",
      "is taken; both are paid for. At most one request in twenty. 0 never does."),
    .init(
      "link", "upgrade", .boolean, .boolean(true),
      "Whether a prompt that got an expired or a doubtful answer is answered again for the cache when the link is back."
    ),
    .init(
      "link", "deferred_per_minute", .integer(1...1_000_000), .integer(300),
      "Most prompts of the durable queue that are answered in a minute when the link is back."),
    .init(
      "link", "webhook", .text, .text(""),
      "Where answers to deferred prompts are posted, https://...; empty: they are written by weir route --deferred."),
    .init(
      "link", "webhook_key_env", .text, .text(""),
      "The environment variable with the secret that signs them (webhook-signature, HMAC-SHA256)."),
  ]
}
