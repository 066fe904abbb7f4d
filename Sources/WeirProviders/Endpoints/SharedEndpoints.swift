internal import Synchronization

/// What all requests to a provider share: the pool of endpoints, the budgets of retries and hedges, and what
/// prefixes requests came with.
final class SharedEndpoints: Sendable {
  private struct State {
    var pool: EndpointPool
    var retries: RetryBudget
    var hedges: HedgePolicy
    /// How often the link had come back when the pool was last told.
    var returns = 0
  }

  private let state: Mutex<State>
  private let prefixes = Mutex(PrefixWatch())

  init(_ pool: EndpointPool, retries: RetryBudget = RetryBudget(), hedges: HedgePolicy = HedgePolicy()) {
    state = Mutex(State(pool: pool, retries: retries, hedges: hedges))
  }

  /// `returns` is how often the link has come back so far.
  func select(tokens: Int, tried: Set<Int>, returns: Int, at now: Duration) -> EndpointPool.Selection {
    state.withLock { state in
      if returns > state.returns {
        state.returns = returns
        state.pool.heard(at: now)
      }
      return state.pool.select(tokens: tokens, tried: tried, at: now)
    }
  }

  /// Chooses among `others` alone, for one more attempt at once; nil where none of them may be asked now, or no retry
  /// is left.
  func hop(to others: Set<Int>, tokens: Int, at now: Duration) -> EndpointPool.Lease? {
    state.withLock { state in
      // What is not taken in the end leaves no trace.
      var pool = state.pool
      let passedOver = Set(0..<pool.count).subtracting(others)
      guard !others.isEmpty,
        case .use(let lease) = pool.select(tokens: tokens, tried: passedOver, fallsBack: false, at: now),
        state.retries.spend(at: now)
      else { return nil }
      state.pool = pool
      return lease
    }
  }

  func connected(_ lease: EndpointPool.Lease, at now: Duration) {
    state.withLock { $0.pool.connected(lease, at: now) }
  }

  func finish(_ lease: EndpointPool.Lease, _ outcome: EndpointOutcome, at now: Duration) {
    state.withLock { state in
      state.pool.finish(lease, outcome, at: now)
      if outcome.failure == nil { state.hedges.answered(in: outcome.elapsed) }
    }
  }

  func marks(for request: CompletionRequest, least: Int, at now: Duration) -> PromptCacheMarks {
    prefixes.withLock { $0.marks(for: request, least: least, at: now) }
  }

  func unhealthyWait(at now: Duration) -> Duration { state.withLock { $0.pool.unhealthyWait(at: now) } }

  /// After which time a request may be hedged.
  var hedgeDelay: Duration? { state.withLock { $0.hedges.delay } }

  /// A request's first attempt sets out: it earns its share of a retry and of a hedge.
  func setOut() {
    state.withLock { state in
      state.retries.earn()
      state.hedges.earn()
    }
  }

  /// Whether one more attempt may be made.
  func mayRetry(at now: Duration) -> Bool { state.withLock { $0.retries.spend(at: now) } }

  /// Whether the hedge that is due may be sent.
  func mayHedge(at now: Duration) -> Bool { state.withLock { $0.hedges.maySend(at: now) } }
}
