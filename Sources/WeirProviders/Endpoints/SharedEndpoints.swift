internal import Synchronization

/// The one pool that all requests to a provider share.
final class SharedEndpoints: Sendable {
  private let pool: Mutex<EndpointPool>

  init(_ pool: EndpointPool) {
    self.pool = Mutex(pool)
  }

  func select(tokens: Int, tried: Set<Int>, at now: Duration) -> EndpointPool.Selection {
    pool.withLock { $0.select(tokens: tokens, tried: tried, at: now) }
  }

  func finish(_ lease: EndpointPool.Lease, _ outcome: EndpointOutcome, at now: Duration) {
    pool.withLock { $0.finish(lease, outcome, at: now) }
  }
}
