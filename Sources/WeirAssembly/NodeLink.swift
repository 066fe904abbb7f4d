internal import WeirConfiguration
internal import WeirDomain
internal import WeirFiles
internal import WeirHTTP
internal import WeirProviders
internal import WeirRouting

/// The way to this node's remote models: its state, what looks for it while it is down, and the bytes it carries.
struct NodeLink: Sendable {
  let gate: LinkGate
  let watch: LinkWatch
  let meter: LinkMeter

  init(_ configuration: Configuration, client: HTTPClient, clock: NodeClock) throws {
    var servers: [HTTPURL] = []
    for provider in configuration.providers {
      for address in [provider.baseURL] + provider.regions + provider.keys.compactMap(\.baseURL) {
        servers.append(try HTTPURL(address))
      }
    }
    let link = configuration.link
    let gate = LinkGate(
      servers: servers, now: { .nanoseconds(clock.monotonic()) }, fraction: { clock.draw() })
    let isMetered = { @Sendable (time: Timestamp) in
      link.isMetered(atMinute: SystemClock.localMinute(ofUTCMilliseconds: time.milliseconds))
    }
    self.gate = gate
    watch = LinkWatch(gate: gate, client: client, servers: servers, isThrifty: { isMetered(clock.wall()) })
    meter = LinkMeter(
      cap: link.dataCap.map { Int64($0) },
      traffic: {
        let traffic = client.traffic
        return .init(sent: traffic.sent, received: traffic.received)
      },
      linkState: {
        switch gate.linkState {
        case .up: .up
        case .degraded: .degraded
        case .down: .down
        }
      }, isMetered: isMetered)
  }
}

extension RemoteProviderConfiguration {
  /// The operator's bounds on what a provider in trouble is asked, and the link that all share.
  mutating func guarded(by configuration: Configuration.Link, _ gate: LinkGate?) {
    breaker.slowAfter = .seconds(configuration.slowAfterSeconds)
    retryBudget = RetryBudget.Settings(share: configuration.retryShare)
    hedge = HedgePolicy.Settings(percentile: configuration.hedgePercentile)
    link = gate
  }
}
