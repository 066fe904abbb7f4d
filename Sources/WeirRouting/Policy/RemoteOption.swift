package import WeirDomain

/// One remote model that may be asked, with what is known of it now: a fact for the policy.
package struct RemoteOption: Sendable, Hashable {
  /// How long its answers took lately, in milliseconds.
  package struct Latency: Sendable, Hashable {
    /// Half of them took at most this long.
    package var median: Int
    /// 95 % of them.
    package var p95: Int

    package init(median: Int, p95: Int) {
      self.median = median
      self.p95 = p95
    }
  }

  /// What tokens cost.
  package struct Rate: Sendable, Hashable {
    /// For each token that it reads.
    package var input: Money
    /// For each token that it writes.
    package var output: Money

    package init(input: Money, output: Money) {
      self.input = input
      self.output = output
    }
  }

  package enum State: String, Sendable, Hashable, CaseIterable {
    case up
    /// A breaker is open or the link is down: it is asked after all that are up.
    case down
  }

  /// `economy`, `standard` or `premium`.
  package var tier: Tier
  /// Its name at the provider.
  package var model: String
  /// Nil where the price is not known.
  package var rate: Rate?
  /// Nil where too few answers were observed lately.
  package var latency: Latency?
  package var state: State

  package init(tier: Tier, model: String, rate: Rate? = nil, latency: Latency? = nil, state: State = .up) {
    self.tier = tier
    self.model = model
    self.rate = rate
    self.latency = latency
    self.state = state
  }
}

extension RemoteOption {
  /// What a prompt of `read` tokens and an answer of `written` tokens cost; zero where the price is not known.
  func cost(read: Int, written: Int) -> Money {
    rate?.cost(read: read, written: written) ?? .zero
  }
}
