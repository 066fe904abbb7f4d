package import WeirHTTP

/// Looks for the link's return while it is down: one cheap probe at a time, as `LinkMonitor` says.
///
/// A probe asks a server's head without a key or a prompt: a few hundred bytes, and the connection that it makes serves
/// the first request afterwards. While the link is up nothing is sent.
package struct LinkWatch: Sendable {
  private let gate: LinkGate
  private let client: HTTPClient
  /// One for each server.
  private let servers: [String: HTTPURL]
  private let isThrifty: @Sendable () -> Bool

  /// `isThrifty` says whether probes cost money now: then the link is tried only when somebody wants it.
  package init(
    gate: LinkGate, client: HTTPClient, servers: [HTTPURL], isThrifty: @escaping @Sendable () -> Bool
  ) {
    self.gate = gate
    self.client = client
    self.servers = Dictionary(servers.map { ($0.authority, $0) }, uniquingKeysWith: { first, _ in first })
    self.isThrifty = isThrifty
  }

  /// Runs until the task is cancelled.
  package func run() async {
    for await _ in gate.outages {
      while !Task.isCancelled, await step() {}
    }
  }

  /// False once the link is up.
  private func step() async -> Bool {
    switch gate.probeStep(isThrifty: isThrifty()) {
    case .idle: return false
    case .wait(let wait):
      return (try? await Task.sleep(for: max(wait, .milliseconds(1)))) != nil
    case .probe(let ticket):
      guard let url = gate.authority(of: ticket).flatMap({ servers[$0] }) else { return false }
      await look(at: url, ticket)
      return true
    }
  }

  private func look(at url: HTTPURL, _ ticket: LinkMonitor.Ticket) async {
    var request = HTTPRequest(.head, url)
    request.deadlines = HTTPDeadlines(
      connect: .seconds(5), firstByte: .seconds(5), idle: .seconds(5), total: .seconds(10))
    request.limits = HTTPLimits(headBytes: 16 << 10, bodyBytes: 16 << 10, bufferBytes: 16 << 10)
    request.onConnected = { gate.connected(ticket) }
    do throws(HTTPFailure) {
      _ = try await client.send(request)
      gate.finish(ticket, .heard)
    } catch {
      gate.finish(ticket, LinkMonitor.Sight(error))
    }
  }
}
