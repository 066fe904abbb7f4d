package import WeirDomain

extension Configuration {
  /// One remote answerer: where it is, which of its models serve which tier, and how long it may take.
  package struct Provider: Sendable, Hashable {
    package var name: String
    package var kind: Kind
    /// `http://` or `https://`, without a trailing slash, user name, query or fragment.
    package var baseURL: String
    /// Where the key is; nil for a server that wants none.
    package var keySource: KeySource?
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
    }
  }
}
