internal import WeirCache
internal import WeirDomain
internal import WeirStore

extension CacheBenchmark {
  /// Stores answers at the budget, so that every admission evicts; what was stored before is not all there afterwards.
  func evict(_ puts: Int, from first: Int) throws -> BenchmarkTimes {
    let (store, cache) = try open()
    defer { try? store.close() }
    var configuration = cache.configuration
    configuration.byteBudget = try cache.statistics().bytes
    cache.close()
    let full = try ResponseCache.openRows(store: store, configuration: configuration, encoder: Self.identity)
    var sampler = Self.sampler
    let times = try (0..<puts).map { put in
      let entry = Self.entry(first + put, vector: sampler.next())
      let start = now()
      let change = try store.write { transaction in
        try full.admit(entry.plan, entry.answer, embedding: entry.embedding, at: Self.at, in: transaction)
      }
      let end = now()
      precondition(change.isStored && change.removedCount > 0, "a full cache makes room")
      return end - start
    }
    return BenchmarkTimes(times)
  }
}
