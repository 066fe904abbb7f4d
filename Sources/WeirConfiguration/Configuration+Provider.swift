package import WeirDomain

extension Configuration {
  /// One remote answerer: where it is, which of its models serve which tier, and how long it may take.
  package struct Provider: Sendable, Hashable {
    package var name: String
    package var kind: Kind
    /// `http://` or `https://`, without a trailing slash, user name, query or fragment.
    package var baseURL: String
    /// Other addresses of the same provider, as `baseURL`, which take the same keys.
    package var regions: [String]
    /// Where the key is; nil for a server that wants none.
    package var keySource: KeySource?
    /// What the first key may be asked for in a minute.
    package var limits: Limits
    /// More keys, each with its own limits.
    package var keys: [Key]
    /// What these models cannot be given, by name.
    package var lacks: Set<RequestNeed>
    /// Whether long beginnings that come again are marked for the provider's prompt cache.
    package var usesPromptCache: Bool
    /// Which model answers for a tier; tiers that this provider does not serve are absent.
    package var models: [Tier: String]
    package var connectTimeoutMilliseconds: Int
    package var firstByteTimeoutMilliseconds: Int
    package var idleTimeoutMilliseconds: Int
    package var totalTimeoutMilliseconds: Int
    package var maxRetries: Int
    /// Prices that go before the price list.
    package var prices: [Price]

    /// The protocol it speaks.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
      /// OpenAI-compatible chat completions.
      case openai
      /// Anthropic's Messages.
      case anthropic
    }

    /// Nil where the answers' headers say it.
    package struct Limits: Sendable, Hashable {
      package var requestsPerMinute: Int?
      package var tokensPerMinute: Int?
    }

    /// One more key.
    package struct Key: Sendable, Hashable {
      package var source: KeySource?
      /// The one address that takes it; nil for the provider's own.
      package var baseURL: String?
      package var limits: Limits
    }

    /// Where a secret lies; the secret itself is never part of a configuration.
    package enum KeySource: Sendable, Hashable {
      case environment(name: String)
      case file(path: String)
    }

    /// What a model costs, exact: each is a whole number of picodollars a token.
    package struct Price: Sendable, Hashable {
      package var model: String
      package var inputPerToken: Money
      package var outputPerToken: Money
      /// Read from the provider's prompt cache, and written to it for minutes and for an hour.
      package var cachedPerToken: Money?
      package var cacheWritePerToken: Money?
      package var longCacheWritePerToken: Money?
    }
  }
}
