internal import Synchronization

/// What all requests to a provider share: the pool of its endpoints, and what prefixes they came with.
final class SharedEndpoints: Sendable {
  private let pool: Mutex<EndpointPool>
  private let prefixes = Mutex(PrefixWatch())

  init(_ pool: EndpointPool) {
    self.pool = Mutex(pool)
  }

  func select(tokens: Int, tried: Set<Int>, at now: Duration) -> EndpointPool.Selection {
    pool.withLock { $0.select(tokens: tokens, tried: tried, at: now) }
  }

  func finish(_ lease: EndpointPool.Lease, _ outcome: EndpointOutcome, at now: Duration) {
    pool.withLock { $0.finish(lease, outcome, at: now) }
  }

  func marks(for request: CompletionRequest, least: Int, at now: Duration) -> PromptCacheMarks {
    prefixes.withLock { $0.marks(for: request, least: least, at: now) }
  }
}
