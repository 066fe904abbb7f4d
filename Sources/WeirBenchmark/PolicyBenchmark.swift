internal import WeirDomain
internal import WeirRouting

/// Decisions about random facts.
struct PolicyBenchmark {
  private static let decisions = 1000

  let now: () -> Int64

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) -> [BenchmarkRow] {
    progress("policy")
    let policy = RoutePolicy()
    var random = SplitMix64(seed: 4)
    let facts = (0..<Self.decisions).map { _ in Self.facts(&random) }
    var times: [Int64] = []
    var steps = 0
    for round in 0...options.rounds {
      let start = now()
      for fact in facts { steps += policy.plan(for: fact).steps.count }
      let end = now()
      if round > 0 { times.append(end - start) }
    }
    precondition(steps > 0, "some of the facts allow an answer")
    return [BenchmarkRow("policy.plan", times: BenchmarkTimes(times), items: Self.decisions, unit: "decisions")]
  }

  private static func facts(_ random: inout SplitMix64) -> RouteFacts {
    RouteFacts(
      reading: .init(intent: "order_status", confidence: random.nextUnit(), outOfScope: random.nextUnit()),
      complexity: random.nextUnit(), turns: 1 + random.nextIndex(3), isNegated: random.nextIndex(10) == 0,
      generator: .init(window: 512, promptTokens: random.nextIndex(600), readsSingleTurns: true),
      remotes: [RemoteOption(tier: .economy, model: "small"), RemoteOption(tier: .premium, model: "big")])
  }
}
