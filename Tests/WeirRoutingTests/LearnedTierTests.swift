import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirRouting

/// Learned chances choose the remote tier instead of complexity.
@Suite struct LearnedTierTests {
  private static func option(_ tier: Tier, _ picodollars: Int64) -> RemoteOption {
    let price = Money(picodollars: picodollars)
    return RemoteOption(tier: tier, model: tier.rawValue, rate: .init(input: price, output: price))
  }

  private static let ladder = [option(.economy, 100), option(.standard, 200), option(.premium, 900)]

  private static func facts(_ chances: [Tier: Double], options: [RemoteOption] = ladder) -> RouteFacts {
    var facts = RouteFacts(complexity: 0.9, remotes: options)
    facts.remoteSufficiency = chances
    facts.remoteTokens = 100
    return facts
  }

  @Test(arguments: [
    ([0.9, 0.9, 0.9], "economy"), ([0.9, 0.91, 0.95], "economy"), ([0.5, 0.9, 0.95], "standard"),
    ([0.3, 0.5, 0.9], "premium"), ([0.9, 0.2, 0.1], "economy"), ([0, 0, 0], "economy"),
  ]) func `the tier that is worth its money is asked first, and abler ones after it`(chances: [Double], first: String) {
    let facts = Self.facts([.economy: chances[0], .standard: chances[1], .premium: chances[2]])
    let plan = RoutePolicy().plan(for: facts)
    #expect(plan.steps.first.map { "\($0)".contains(first) } == true, "\(plan.steps)")
    #expect(plan.reasons.contains { $0.code == "tier_chances" })
    #expect(!plan.reasons.contains { $0.code == "remote_tier" })
  }

  @Test func `without a chance for every tier, complexity decides`() {
    for chances: [Tier: Double] in [
      [:], [.economy: 0.9, .premium: 0.9], [.economy: 0.9, .standard: .nan, .premium: 1],
    ] {
      let plan = RoutePolicy().plan(for: Self.facts(chances))
      #expect(plan.steps.first.map { "\($0)".contains("premium") } == true)
      #expect(!plan.reasons.contains { $0.code == "tier_chances" })
    }
    #expect(RoutePolicy().learnedTier(for: Self.facts([.premium: 0.9]), among: [Self.ladder[2]]) == nil)
  }

  @Test func `models without a price are weighed by chance alone`() {
    let free = [Self.option(.economy, 0), Self.option(.premium, 0)]
    #expect(
      RoutePolicy().learnedTier(for: Self.facts([.economy: 0.9, .premium: 0.91], options: free), among: free)
        == .premium)
  }

  @Test func `a better chance never makes a tier lose`() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<500 {
      var chances: [Tier: Double] = [:]
      for option in Self.ladder { chances[option.tier] = Double.random(in: 0...1, using: &random) }
      guard let tier = RoutePolicy().learnedTier(for: Self.facts(chances), among: Self.ladder) else {
        Issue.record("three tiers with chances")
        return
      }
      chances[tier, default: 0] += Double.random(in: 0...0.3, using: &random)
      #expect(RoutePolicy().learnedTier(for: Self.facts(chances), among: Self.ladder) == tier)
    }
  }

  @Test func `the strategy by utility weighs learned chances`() {
    var policy = RoutePolicy()
    policy.strategy = .utility
    policy.weights = RouteWeights(quality: 1, money: 0, latency: 0)
    let plan = policy.plan(for: Self.facts([.economy: 0.4, .standard: 0.8, .premium: 0.7]))
    #expect(plan.steps.first.map { "\($0)".contains("standard") } == true)
  }
}
