internal import Synchronization
internal import WeirAssembly
internal import WeirConfiguration
internal import WeirDomain
internal import WeirRouting

/// Whole prompts from request to reply, with the built-in models, a cache and a ledger on the disk.
struct RouteBenchmark {
  /// What the built-in generator answers, another way to ask it, and what nobody here can.
  private static let asked = "How can I track my order?"
  private static let askedOtherwise = "How could I track my order?"
  private static let strange = "Prove that every continuous function on a compact metric space is uniformly continuous."

  let now: @Sendable () -> Int64
  /// An empty folder.
  let folder: String

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) async throws -> [BenchmarkRow] {
    var configuration = try Configuration.load(
      environment: [:], flags: [.init(key: "node.state", value: folder, name: "--state")], systemFile: "")
    // An audited hit is answered anew, and would be measured as a hit.
    configuration.cache.auditShare = 0
    let node = try Node.open(configuration, environment: [:], clock: clock)
    let routes = BenchmarkRoute.allCases.filter(options.routes.contains)
    var times: [[Int64]] = Array(repeating: [], count: routes.count)
    if routes.contains(.exact) || routes.contains(.semantic) {
      // The first answer fills the caches for the others.
      _ = await node.router.route(Self.request(Self.asked, cache: .use))
    }
    for round in 0...options.rounds {
      for (place, route) in routes.enumerated() {
        progress("route, \(route.rawValue), round \(round)")
        for _ in 0..<options.requests {
          let request = Self.request(for: route)
          let start = now()
          let reply = await node.router.route(request)
          let end = now()
          try Self.check(reply, route)
          if round > 0 { times[place].append(end - start) }
        }
      }
    }
    try await node.close()
    return zip(routes, times).map { route, times in
      BenchmarkRow("route.\(route.rawValue)", times: BenchmarkTimes(times), unit: "prompts")
    }
  }

  /// The system's time, and chance that is the same each time.
  private var clock: NodeClock {
    let random = Mutex(SplitMix64(seed: 6))
    let shared = Shared(random)
    return NodeClock(
      monotonic: now, wall: NodeClock.system.wall, random: { shared.random.withLock { $0.next() } })
  }

  private final class Shared: Sendable {
    let random: Mutex<SplitMix64>
    init(_ random: consuming Mutex<SplitMix64>) { self.random = random }
  }

  private static func request(for route: BenchmarkRoute) -> RouteRequest {
    switch route {
    case .exact: request(asked, cache: .use)
    case .semantic: request(askedOtherwise, cache: .use)
    case .generator: request(asked, cache: .off)
    case .deferred: request(strange, cache: .off)
    }
  }

  private static func request(_ prompt: String, cache: RouteRequest.CachePolicy) -> RouteRequest {
    RouteRequest(id: "benchmark", messages: [ChatMessage(role: .user, content: prompt)], cache: cache)
  }

  /// A route that went elsewhere would give a time of something else.
  private static func check(_ reply: RouteReply, _ route: BenchmarkRoute) throws(BenchmarkFailure) {
    let isRight: Bool =
      switch route {
      case .exact: reply.tier == .exact
      case .semantic: reply.tier == .semantic
      case .generator: reply.tier == .generator
      case .deferred: reply.outcome == .deferred
      }
    guard isRight else {
      throw .otherRoute(wanted: route.rawValue, found: reply.tier?.rawValue ?? "no answer")
    }
  }
}
