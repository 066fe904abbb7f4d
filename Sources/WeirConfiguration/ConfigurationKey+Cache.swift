internal import WeirDomain

/// The plain keys of `[cache]`; its rules are read by `Configuration.CacheRules`.
extension ConfigurationKey {
  /// Ten years.
  static let longestLife = TimeSpan.longestLife

  static let cache: [ConfigurationKey] = [
    .init("cache", "enabled", .boolean, .boolean(true), "Whether answers are kept and given again."),
    .init("cache", "semantic", .boolean, .boolean(true), "Whether prompts that mean the same share an answer."),
    .init(
      "cache", "similarity_threshold", .decimal(0...1), .decimal(0),
      "Smallest cosine between two prompts at which the verifier looks at them, 0 to 1; 0 is the built-in 0.5."),
    .init(
      "cache", "false_hit_budget", .decimal(0...0.5, open: true), .decimal(0.01),
      "Share of the answers given for prompts that mean the same that may be wrong: 0.01 is 1 %. A budget that the",
      "verifier's evidence cannot prove serves none of them; weir doctor says so."),
    .init(
      "cache", "audit_share", .decimal(0...1), .decimal(0.01),
      "Share of the hits by meaning that are answered anew instead, to see how often they would have been wrong. What",
      "differs is kept for review."),
    .init(
      "cache", "ttl", .duration(1...longestLife), .text("7d"),
      "Age at which an answer expires: seconds, or \"90s\", \"15m\", \"12h\", \"7d\", \"2w\". It counts from when the",
      "answer was given, and using it does not renew it. [cache.intents] and [[cache.rules]] say it for some answers."),
    .init(
      "cache", "admit", .texts, .texts([]),
      "Kinds of requests that are kept although they are not by default, for equal prompts only: \"personal\" (for the",
      "user that the request names), \"temporal\" (for temporal_ttl), \"creative\"."),
    .init(
      "cache", "temporal_ttl", .duration(1...longestLife), .text("1m"),
      "The same as ttl for prompts about now, today and the like, where they are admitted."),
    .init(
      "cache", "stale", .duration(0...longestLife), .text("0s"),
      "How long after its time an answer may still be given, marked as stale, when no remote answers; 0s never."),
    .init(
      "cache", "max_bytes", .bytes(0...(1 << 50)), .text("512MiB"),
      "Room on disk for answers with their vectors, in bytes or as \"512MiB\" (KiB, MiB, GiB, TiB; kB, MB, GB, TB)."),
    .init(
      "cache", "max_memory", .bytes(0...(1 << 50)), .text("128MiB"),
      "Room in memory for vectors where the index is held in it."),
    .init(
      "cache", "eviction", .choice(["savings", "lru", "lfu"]), .text("savings"),
      "Which answers leave when max_bytes is reached: those that are expected to save least money for each byte,",
      "those unused for the longest time (lru), or those used least (lfu)."),
    .init("cache", "fold_case", .boolean, .boolean(false), "Whether prompts that differ only in case are equal."),
    .init(
      "cache", "shared_space", .texts, .texts([]),
      "Tenants that are given each other's answers, [\"shop\", \"support\"]; all others are kept apart, and so is what",
      "is one user's own."),
  ]

  /// The keys of one `[[cache.rules]]`; `tags` is read beside them.
  static let cacheRule: [ConfigurationKey] = [
    .init(
      "cache.rules", "match", .text, .text(""),
      "Fits the prompt: \"*\" is any text, \"?\" one character; case is the same."),
    .init("cache.rules", "tenant", .text, .text(""), "Only this tenant's answers."),
    .init("cache.rules", "intent", .text, .text(""), "Only answers to this intent."),
    .init("cache.rules", "model", .text, .text(""), "Only this model's answers."),
    .init("cache.rules", "tag", .text, .text(""), "Only answers with this tag."),
    .init(
      "cache.rules", "ttl", .duration(0...longestLife), .text("0s"), "As cache.ttl; 0s keeps the answer out."),
  ]
}
