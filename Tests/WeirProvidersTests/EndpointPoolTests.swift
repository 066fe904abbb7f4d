import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("A pool of endpoints")
struct EndpointPoolTests {
  private func used(_ selection: EndpointPool.Selection) -> Int? {
    if case .use(let lease) = selection { lease.endpoint } else { nil }
  }

  private func lease(_ selection: EndpointPool.Selection) throws -> EndpointPool.Lease {
    guard case .use(let lease) = selection else { throw Missing(found: selection) }
    return lease
  }

  private struct Missing: Error { let found: EndpointPool.Selection }

  @Test func `takes turns where nothing is known`() {
    var pool = EndpointPool(Array(repeating: EndpointLimits(), count: 3))
    #expect((0..<6).map { _ in used(pool.select(tokens: 10, at: .zero)) } == [0, 1, 2, 0, 1, 2])
  }

  @Test func `takes the endpoint with the largest free share`() throws {
    var pool = EndpointPool([
      EndpointLimits(requestsPerMinute: 10), EndpointLimits(requestsPerMinute: 100, tokensPerMinute: 1000),
    ])
    #expect(used(pool.select(tokens: 300, at: .zero)) == 0)
    // 9 of 10 are left here, and there all.
    #expect(used(pool.select(tokens: 300, at: .zero)) == 1)
    // 700 of 1000 tokens are left there.
    #expect(used(pool.select(tokens: 300, at: .zero)) == 0)
    #expect(used(pool.select(tokens: 300, at: .zero)) == 0)
    // 7 of 10 against 7 of 10: the one with fewer requests under way.
    #expect(used(pool.select(tokens: 300, at: .zero)) == 1)
  }

  @Test func `says how long it takes until the first one has room`() throws {
    var pool = EndpointPool([EndpointLimits(requestsPerMinute: 2), EndpointLimits(requestsPerMinute: 1)])
    for _ in 0..<3 { pool.connected(try lease(pool.select(tokens: 0, at: .zero)), at: .zero) }
    #expect(pool.select(tokens: 0, at: .zero) == .limited(wait: .seconds(30)))
    #expect(pool.select(tokens: 0, at: .seconds(20)) == .limited(wait: .seconds(10)))
    #expect(used(pool.select(tokens: 0, at: .seconds(30))) == 0)
  }

  @Test func `lets a request that is larger than the limit wait for a full minute, and not for ever`() {
    var pool = EndpointPool([EndpointLimits(tokensPerMinute: 100)])
    #expect(used(pool.select(tokens: 5000, at: .zero)) == 0)
    guard case .limited(let wait) = pool.select(tokens: 5000, at: .zero) else {
      Issue.record("a bucket that owes 4900 tokens has no room")
      return
    }
    #expect(wait == .seconds(3000))
  }

  @Test func `gives back what a request did not use`() throws {
    var pool = EndpointPool([EndpointLimits(tokensPerMinute: 1000)])
    let first = try lease(pool.select(tokens: 900, at: .zero))
    #expect(pool.select(tokens: 900, at: .zero) == .limited(wait: .seconds(48)))
    pool.finish(first, EndpointOutcome(usage: TokenUsage(prompt: 90, completion: 10)), at: .zero)
    #expect(used(pool.select(tokens: 900, at: .zero)) == 0)
  }

  @Test func `goes by what the answers' headers say, but for requests under way`() throws {
    var pool = EndpointPool([EndpointLimits(), EndpointLimits(requestsPerMinute: 10)])
    let first = try lease(pool.select(tokens: 0, at: .zero))
    _ = try lease(pool.select(tokens: 0, tried: [1], at: .zero))
    let limits = RateLimitHeaders(
      requests: .init(limit: 60, remaining: 2, resetAfter: .seconds(58)), tokens: .init(limit: 9, remaining: 9))
    pool.finish(first, EndpointOutcome(limits: limits), at: .zero)
    // One of the two that are left is under way already.
    #expect(used(pool.select(tokens: 0, tried: [1], at: .zero)) == 0)
    #expect(used(pool.select(tokens: 0, tried: [1], at: .zero)) == 1)
    // It refills at (60 - 2) in 58 s.
    #expect(used(pool.select(tokens: 0, tried: [1], at: .milliseconds(900))) == 1)
    #expect(used(pool.select(tokens: 0, tried: [1], at: .milliseconds(1001))) == 0)
  }

  @Test func `leaves an endpoint alone for as long as it asked`() throws {
    var pool = EndpointPool([EndpointLimits(), EndpointLimits()])
    let first = try lease(pool.select(tokens: 0, at: .zero))
    let busy = ProviderFailure.Cause.overloaded(status: 429, error: .unknown, retryAfter: .seconds(7))
    pool.finish(first, EndpointOutcome(failure: busy), at: .zero)
    for second in 0..<7 {
      let next = try lease(pool.select(tokens: 0, at: .seconds(second)))
      #expect(next.endpoint == 1)
      pool.connected(next, at: .seconds(second))
    }
    #expect(used(pool.select(tokens: 0, at: .seconds(7))) == 0)
  }

  @Test(arguments: [401, 403])
  func `passes over a key that was refused only where there is another`(status: Int) throws {
    let refused = EndpointOutcome(failure: .refused(status: status, error: .unknown))
    var alone = EndpointPool([EndpointLimits()])
    alone.finish(try lease(alone.select(tokens: 0, at: .zero)), refused, at: .zero)
    #expect(used(alone.select(tokens: 0, at: .zero)) == 0)
    var two = EndpointPool([EndpointLimits(), EndpointLimits()])
    two.finish(try lease(two.select(tokens: 0, at: .zero)), refused, at: .zero)
    for _ in 0..<3 { #expect(used(two.select(tokens: 0, at: .seconds(59))) == 1) }
    #expect(used(two.select(tokens: 0, at: .seconds(60))) == 0)
  }

  @Test func `never lets a provider block itself for longer than ten minutes`() throws {
    var pool = EndpointPool([EndpointLimits()])
    let busy = ProviderFailure.Cause.overloaded(status: 503, error: .unknown, retryAfter: .seconds(900_000))
    pool.finish(try lease(pool.select(tokens: 0, at: .zero)), EndpointOutcome(failure: busy), at: .zero)
    #expect(pool.select(tokens: 0, at: .zero) == .limited(wait: .seconds(600)))
  }

  @Test func `never exceeds any limit in any minute, whatever the order of requests`() throws {
    var random = SeededRandom(seed: 6)
    for round in 0..<50 {
      let limits = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        EndpointLimits(
          requestsPerMinute: Int.random(in: 1...30, using: &random),
          tokensPerMinute: Int.random(in: 100...3000, using: &random))
      }
      var pool = EndpointPool(limits)
      var sent: [(at: Duration, endpoint: Int, tokens: Int)] = []
      var now = Duration.zero
      for _ in 0..<300 {
        now += .milliseconds(Int.random(in: 0...2000, using: &random))
        let tokens = Int.random(in: 1...100, using: &random)
        guard case .use(let lease) = pool.select(tokens: tokens, at: now) else { continue }
        sent.append((now, lease.endpoint, tokens))
        pool.finish(
          lease, EndpointOutcome(usage: TokenUsage(prompt: tokens, completion: 0)), at: now)
      }
      for (index, limit) in limits.enumerated() {
        let own = sent.filter { $0.endpoint == index }
        for request in own {
          let minute = own.filter { $0.at >= request.at && $0.at < request.at + .seconds(60) }
          // A full bucket and what refills in the minute.
          #expect(minute.count <= 2 * (limit.requestsPerMinute ?? 0), "round \(round)")
          #expect(minute.reduce(0) { $0 + $1.tokens } <= 2 * (limit.tokensPerMinute ?? 0), "round \(round)")
        }
      }
      #expect(!sent.isEmpty)
    }
  }

  @Test(arguments: [
    ("6m0s", 360_000), ("1s", 1000), ("8.64s", 8640), ("120ms", 120), ("1h2m3s", 3_723_000), ("7", 7000), ("0s", 0),
    ("1970-01-01T00:00:05Z", 4000), ("1970-01-01T01:00:05.5+01:00", 4500), ("1970-01-01T00:00:00Z", 0),
  ])
  func `reads resets in every form`(text: String, milliseconds: Int) throws {
    let found = try #require(RateLimitHeaders.reset(text, since: Timestamp(milliseconds: 1000)))
    #expect(abs(found.inSeconds - Double(milliseconds) / 1000) < 1e-9)
  }

  @Test(arguments: [
    "s", "-1s", "1x", "1e9s", "nan", "inf", "99999999999s", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00",
    "1970-01-01T25:00:00Z", "1970-01-01T00:00:00+1:00", String(repeating: "9", count: 50),
  ])
  func `passes over resets that are none`(text: String) {
    #expect(RateLimitHeaders.reset(text, since: Timestamp(milliseconds: 0)) == nil)
  }

  @Test func `reads the headers of both kinds`() {
    let now = Timestamp(milliseconds: 0)
    let first = RateLimitHeaders(
      [
        HTTPHeader("x-ratelimit-limit-requests", "500"), HTTPHeader("X-RateLimit-Remaining-Requests", "499"),
        HTTPHeader("x-ratelimit-reset-requests", "120ms"), HTTPHeader("x-ratelimit-limit-tokens", "many"),
        HTTPHeader("x-ratelimit-remaining-tokens", "-3"), HTTPHeader("retry-after", "2"),
      ], now: now)
    #expect(
      first
        == RateLimitHeaders(
          requests: .init(limit: 500, remaining: 499, resetAfter: .seconds(0.12)), retryAfter: .seconds(2)))
    let second = RateLimitHeaders(
      [
        HTTPHeader("anthropic-ratelimit-requests-remaining", "9"),
        HTTPHeader("anthropic-ratelimit-input-tokens-limit", "1000"),
        HTTPHeader("anthropic-ratelimit-input-tokens-remaining", "900"),
        HTTPHeader("anthropic-ratelimit-output-tokens-limit", "100"),
        HTTPHeader("anthropic-ratelimit-output-tokens-remaining", "10"),
        HTTPHeader("anthropic-ratelimit-output-tokens-reset", "1970-01-01T00:00:30Z"),
      ], now: now)
    #expect(
      second
        == RateLimitHeaders(
          requests: .init(remaining: 9), tokens: .init(limit: 100, remaining: 10, resetAfter: .seconds(30))))
  }
}

@Suite("A provider with several keys and regions")
struct SeveralEndpointsTests {
  private func provider(
    _ scene: Scene, keys: [String], urls: [String] = [], retry: RetryPolicy = RetryPolicy()
  ) throws -> RemoteProvider<OpenAICodec, ManualClock> {
    let urls = urls.isEmpty ? [scene.server.url] : urls
    let endpoints = try urls.flatMap { url in
      try keys.map { Endpoint(name: $0, baseURL: try HTTPURL(url + "/v1"), key: Secret($0)) }
    }
    return try RemoteProvider(
      OpenAICodec(),
      RemoteProviderConfiguration(
        name: "p", endpoints: endpoints, deadlines: HTTPDeadlines(total: .seconds(5)), retry: retry),
      client: scene.client, clock: scene.clock, fraction: { 0.5 },
      wallClock: { Timestamp(milliseconds: 1_000_000) })
  }

  @Test(arguments: [429, 401, 403])
  func `goes to the next key at once when one is limited or refused`(status: Int) async throws {
    try await Scene.with { request in
      request.headers["authorization"] == "Bearer good" ? [Scene.whole("x")] : [.answer(status, "{}")]
    } body: { scene in
      let answer = try await provider(scene, keys: ["bad", "worse", "good"]).complete(Scene.request)
      #expect(answer.text == "x")
      #expect(answer.attempts == 3)
      #expect(scene.clock.sleeps.isEmpty)
    }
  }

  @Test func `fails by its last key's word when every key is refused`() async throws {
    try await Scene.with { _ in
      [.answer(401, #"{"error":{"code":"invalid_api_key"}}"#)]
    } body: { scene in
      let provider = try provider(scene, keys: ["a", "b"])
      let failure = await #expect(throws: ProviderFailure.self) { try await provider.complete(Scene.request) }
      #expect(failure?.attempts == 2)
      #expect(failure?.cause == .refused(status: 401, error: ProviderErrorCode(type: nil, code: "invalid_api_key")))
    }
  }

  @Test func `goes to another region at once when one cannot be reached or is in trouble`() async throws {
    let port = try SilentPort(.refusing)
    defer { port.close() }
    try await Scene.with { _ in
      [Scene.whole("x")]
    } body: { scene in
      let answer = try await provider(scene, keys: ["k"], urls: [port.url, scene.server.url]).complete(Scene.request)
      #expect(answer.text == "x")
      #expect(answer.attempts == 2)
      #expect(scene.clock.sleeps.isEmpty)
    }
  }

  @Test func `waits for a limit that ends soon, and says so where it does not`() async throws {
    try await Scene.with { _ in
      [Scene.whole("x", usage: (1, 1))]
    } body: { scene in
      let endpoint = Endpoint(
        name: "p", baseURL: try HTTPURL(scene.server.url), limits: EndpointLimits(requestsPerMinute: 3))
      let provider = try RemoteProvider(
        OpenAICodec(), RemoteProviderConfiguration(name: "p", endpoints: [endpoint]), client: scene.client,
        clock: scene.clock, fraction: { 0.5 }, wallClock: { Timestamp(milliseconds: 0) })
      for _ in 0..<4 { _ = try await provider.complete(Scene.request) }
      #expect(scene.clock.sleeps == [.seconds(20)])
      var hurried = Scene.request
      hurried.deadline = .seconds(5)
      let request = hurried
      let failure = await #expect(throws: ProviderFailure.self) { try await provider.complete(request) }
      #expect(failure?.cause == .limited(wait: .seconds(20)))
      #expect(failure?.consequence == .overloaded)
      #expect(failure?.attempts == 0)
      #expect(failure?.message.contains("add a key") == true)
      #expect(scene.server.requests.count == 4)
    }
  }
}
