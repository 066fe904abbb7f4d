import Synchronization
import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

/// A provider with its breaker, its budgets, its hedges and its link, before a server that misbehaves.
@Suite("A guarded provider", .serialized)
struct GuardedProviderTests {
  private func provider(
    _ client: HTTPClient, at urls: [String], deadlines: HTTPDeadlines = HTTPDeadlines(total: .seconds(5)),
    attempts: Int = 3, change: (inout RemoteProviderConfiguration) -> Void = { _ in }
  ) throws -> RemoteProvider<OpenAICodec, ContinuousClock> {
    var configuration = RemoteProviderConfiguration(
      name: "p", endpoints: try urls.map { Endpoint(name: "p", baseURL: try HTTPURL($0 + "/v1"), key: nil) },
      deadlines: deadlines, retry: RetryPolicy(maximumAttempts: attempts, base: .milliseconds(1)))
    configuration.breaker.reachability.leastSpan = .zero
    change(&configuration)
    return try RemoteProvider(
      OpenAICodec(), configuration, client: client, clock: ContinuousClock(), fraction: { 0.5 },
      wallClock: { Timestamp(milliseconds: 0) })
  }

  private func client() throws -> HTTPClient {
    try HTTPClient(HTTPClientConfiguration(usesEnvironmentProxy: false))
  }

  private func cause(_ provider: RemoteProvider<OpenAICodec, ContinuousClock>) async -> ProviderFailure.Cause? {
    do throws(ProviderFailure) {
      _ = try await provider.complete(Scene.request)
      return nil
    } catch {
      return error.cause
    }
  }

  @Test func `a server that is gone is asked no more after three refused connections, and one probe finds it back`()
    async throws
  {
    let client = try client()
    let port = try SilentPort(.refusing)
    let provider = try provider(client, at: [port.url]) {
      $0.breaker.firstWait = .milliseconds(200)
    }
    guard case .transport(.unreachable) = await cause(provider) else {
      Issue.record("the first request is refused")
      return
    }
    guard case .unhealthy = await cause(provider) else {
      Issue.record("the breaker is open")
      return
    }
    port.close()
    await client.shutdown()
  }

  @Test func `while one connection hangs, others are told before its deadline, and in no time after that`() async throws
  {
    let client = try client()
    let port = try SilentPort(.deaf)
    defer { port.close() }
    let provider = try provider(client, at: [port.url], deadlines: HTTPDeadlines(connect: .seconds(4)), attempts: 1)
    let begin = ContinuousClock.now
    let first = Task { await cause(provider) }
    var opened: Duration?
    while opened == nil, ContinuousClock.now - begin < .seconds(10) {
      // sleeps because the time to open is what is measured
      try await Task.sleep(for: .milliseconds(20))
      if provider.endpoints.unhealthyWait(at: provider.sinceOrigin) == .zero {
        // A look, as a request would have it.
        if case .use(let lease) = provider.endpoints.select(tokens: 1, tried: [], returns: 0, at: provider.sinceOrigin)
        {
          provider.endpoints.connected(lease, at: provider.sinceOrigin)
          provider.endpoints.finish(lease, EndpointOutcome(failure: .cancelled), at: provider.sinceOrigin)
          continue
        }
      }
      opened = ContinuousClock.now - begin
    }
    // Its values' own tests say 1.8 s; the rest is for a machine that is busy.
    #expect(try #require(opened) < .seconds(3.5))
    let before = ContinuousClock.now
    guard case .unhealthy = await cause(provider) else {
      Issue.record("the breaker is open")
      return
    }
    #expect(ContinuousClock.now - before < .milliseconds(500))
    first.cancel()
    _ = await first.value
    await client.shutdown()
  }

  @Test func `a server that fails gets no more than one retry for ten requests, beside the floor`() async throws {
    try await Scene.with { _ in
      [.answer(503, "{}")]
    } body: { scene in
      let provider = try provider(scene.client, at: [scene.server.url], attempts: 4) {
        $0.breaker.failuresInRow = .max
        $0.breaker.errorShare = 2
      }
      for _ in 0..<100 { _ = await cause(provider) }
      let retries = scene.server.requests.count - 100
      #expect(retries == 12, "a tenth, and the two that need not be earned")
    }
  }

  @Test func `requests that are refused here earn no retries`() async throws {
    try await Scene.with { _ in
      [.answer(500, "{}")]
    } body: { scene in
      let provider = try provider(scene.client, at: [scene.server.url], attempts: 1) {
        $0.breaker.firstWait = .seconds(600)
        $0.breaker.longestWait = .seconds(600)
        $0.retryBudget.floor = 0
      }
      for _ in 0..<200 { _ = await cause(provider) }
      #expect(scene.server.requests.count < 10)
      #expect(!provider.endpoints.mayRetry(at: provider.sinceOrigin), "a tenth of them is less than one")
    }
  }

  @Test func `errors open it, and requests are spared until a probe is answered`() async throws {
    let isWell = Mutex(false)
    try await Scene.with { _ in
      isWell.withLock { $0 } ? [Scene.whole("well")] : [.answer(500, "{}")]
    } body: { scene in
      let provider = try provider(scene.client, at: [scene.server.url], attempts: 1) {
        $0.breaker.firstWait = .milliseconds(100)
      }
      for _ in 0..<40 { _ = await cause(provider) }
      let asked = scene.server.requests.count
      #expect(asked >= 5 && asked < 12)
      isWell.withLock { $0 = true }
      var answered = false
      for _ in 0..<200 where !answered {
        // sleeps because the breaker is closed for a time
        try await Task.sleep(for: .milliseconds(10))
        answered = await cause(provider) == nil
      }
      #expect(answered)
      #expect(await cause(provider) == nil)
    }
  }

  @Test func `the other endpoint serves while one is left alone`() async throws {
    let client = try client()
    let port = try SilentPort(.refusing)
    let server = try LoopbackServer { _ in [Scene.whole("here")] }
    defer {
      port.close()
      server.stop()
    }
    let provider = try provider(client, at: [port.url, server.url]) { $0.breaker.firstWait = .seconds(60) }
    var failures = 0
    for _ in 0..<60 { if await cause(provider) != nil { failures += 1 } }
    #expect(failures <= 1)
    #expect(server.requests.count >= 59)
    await client.shutdown()
  }

  @Test func `a busy server is not asked again at once because another one, which is left alone, has not been tried`()
    async throws
  {
    let client = try client()
    let port = try SilentPort(.refusing)
    let server = try LoopbackServer { _ in [.answer(503, "{}")] }
    defer {
      port.close()
      server.stop()
    }
    let provider = try provider(client, at: [server.url, port.url], attempts: 2) {
      $0.breaker.failuresInRow = .max
      $0.breaker.errorShare = 2
      $0.breaker.firstWait = .seconds(600)
      $0.breaker.longestWait = .seconds(600)
      $0.retryBudget.floor = 100
    }
    for _ in 0..<8 { _ = await cause(provider) }
    let before = server.requests.count
    for _ in 0..<5 { _ = await cause(provider) }
    #expect(server.requests.count - before == 10, "a first attempt and one more, five times")
    await client.shutdown()
  }

  @Test func `attempts at other endpoints count as attempts`() async throws {
    try await Scene.with { _ in
      [.answer(429, "{}")]
    } body: { scene in
      let client = scene.client
      let keys = (0..<6).map { Secret("sk-\($0)") }
      let provider = try provider(client, at: [scene.server.url], attempts: 3) { configuration in
        configuration.endpoints = keys.map { key in
          Endpoint(name: "p", baseURL: configuration.endpoints[0].baseURL, key: key)
        }
        configuration.retryBudget.floor = 100
      }
      _ = await cause(provider)
      #expect(scene.server.requests.count == 3)
      #expect(Set(scene.server.requests.map { $0.headers["authorization"] }).count == 3)
    }
  }

  @Test func `a slow request is sent a second time after the usual latency, and both are paid for`() async throws {
    let slow = Mutex(false)
    try await Scene.with { request in
      let isSlow = slow.withLock { slow in
        defer { slow = false }
        return slow
      }
      return isSlow ? [.stall] : [Scene.whole("fast", usage: (10, 5))]
    } body: { scene in
      let provider = try provider(scene.client, at: [scene.server.url], attempts: 1) {
        // Long enough that none of the first requests is hedged, however busy the machine is.
        $0.hedge = HedgePolicy.Settings(percentile: 0.95, share: 1, leastDelay: .seconds(1))
      }
      for _ in 0..<25 { _ = try await provider.complete(Scene.request) }
      slow.withLock { $0 = true }
      let hedged = try await provider.complete(Scene.request)
      #expect(hedged.text == "fast" && hedged.attempts == 2)
      #expect(hedged.usage == TokenUsage(prompt: 10, completion: 5))
      // The request that was left had been sent: the provider may charge for its prompt.
      #expect(hedged.wasted.prompt > 0 && hedged.wasted.isEstimated)
      #expect(scene.server.requests.count == 27)
    }
  }

  @Test func `without being configured nothing is ever sent twice`() async throws {
    try await Scene.with { _ in
      [Scene.whole("x")]
    } body: { scene in
      let provider = try provider(scene.client, at: [scene.server.url])
      for _ in 0..<40 { _ = try await provider.complete(Scene.request) }
      #expect(scene.server.requests.count == 40)
    }
  }

  @Test func `where probes cost money one is sent each time that somebody wants the link`() throws {
    let url = try HTTPURL("http://127.0.0.1:9")
    let time = Mutex(Duration.zero)
    let gate = LinkGate(servers: [url], now: { time.withLock { $0 } }, fraction: { 0.5 })
    for _ in 0..<20 {
      guard case .go(let ticket) = gate.admit(url) else { break }
      gate.finish(ticket, .unreachable)
      time.withLock { $0 += .seconds(1) }
    }
    // What was refused before asks for one probe.
    time.withLock { $0 += .seconds(3600) }
    if case .probe(let probe) = gate.probeStep(isThrifty: true) { gate.finish(probe, .unreachable) }
    #expect(gate.linkState == .down)
    for _ in 0..<3 {
      time.withLock { $0 += .seconds(3600) }
      guard case .wait = gate.probeStep(isThrifty: true) else {
        Issue.record("nobody wants the link")
        return
      }
      gate.want()
      guard case .probe(let probe) = gate.probeStep(isThrifty: true) else {
        Issue.record("somebody wants the link")
        return
      }
      gate.finish(probe, .unreachable)
    }
  }

  @Test func `while the link is down nobody waits, a cheap probe finds its return, and the next request is answered`()
    async throws
  {
    let client = try client()
    let port = try SilentPort(.refusing)
    let number = port.port
    let url = try HTTPURL(port.url)
    let start = ContinuousClock.now
    let gate = LinkGate(
      servers: [url],
      settings: LinkMonitor.Settings(
        reachability: .init(leastSpan: .zero), firstWait: .milliseconds(100), longestWait: .milliseconds(200)),
      now: { ContinuousClock.now - start }, fraction: { 0.5 })
    let watch = LinkWatch(gate: gate, client: client, servers: [url], isThrifty: { false })
    let watching = Task { await watch.run() }
    let provider = try provider(client, at: [port.url]) {
      $0.link = gate
      $0.breaker.firstWait = .seconds(60)
    }
    _ = await cause(provider)
    #expect(gate.linkState == .down)
    guard case .unhealthy = await cause(provider) else {
      Issue.record("nobody is asked while the link is down")
      return
    }
    port.close()
    let server = try LoopbackServer(port: number) { request in
      request.line.hasPrefix("HEAD") ? [.text("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")] : [Scene.whole("back")]
    }
    defer { server.stop() }
    var isUp = false
    for _ in 0..<300 where !isUp {
      // sleeps because a probe comes in its own time
      try await Task.sleep(for: .milliseconds(10))
      isUp = gate.linkState == .up
    }
    #expect(isUp)
    // The breaker would be closed for a minute: the link's return opens it for a try.
    let answer = try await provider.complete(Scene.request)
    #expect(answer.text == "back")
    #expect(server.requests.filter { $0.line.hasPrefix("HEAD") }.allSatisfy { $0.headers["authorization"] == nil })
    watching.cancel()
    await client.shutdown()
  }
}
