internal import WeirCache
internal import WeirDomain
internal import WeirStore

/// Looks answers up in a cache of many, in a database of its own.
struct CacheBenchmark {
  private static let dimension = 384
  /// Of each kind in a round: enough of the quick ones for a 99th percentile.
  private static let lookups = 50
  private static let exactLookups = 1_000
  private static let puts = 100
  private static let encoder = "benchmark"

  let now: () -> Int64
  /// An empty folder.
  let folder: String

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) throws -> [BenchmarkRow] {
    let store = try Store.open(path: folder + "/cache.sqlite", migrations: ResponseCache.migrations)
    defer { try? store.close() }
    // Each commit on the disk before it returns, for the price of that.
    let flushing = try Store.open(
      path: folder + "/cache.sqlite", migrations: ResponseCache.migrations, flushesCommits: true)
    defer { try? flushing.close() }
    let at = Timestamp(milliseconds: 1_700_000_000_000)
    var configuration = CacheConfiguration()
    configuration.vectorCapacity = options.entries + 2 * Self.puts * (options.rounds + 1)
    configuration.byteBudget = 1 << 40
    configuration.memoryBudget = 1 << 40
    configuration.memoryBudget = 1 << 40
    let cache = try ResponseCache.open(
      store: store, configuration: configuration, encoder: .init(fingerprint: Self.encoder, dimension: Self.dimension),
      at: at)
    var random = SplitMix64(seed: 5)
    var vectors: [[Float]] = []
    progress("cache, storing \(options.entries) answers")
    for start in stride(from: 0, to: options.entries, by: 500) {
      let changes = try store.write { transaction in
        try (start..<min(start + 500, options.entries)).map { index in
          let vector = Self.unit((0..<Self.dimension).map { _ in Float(random.nextUnit() - 0.5) })
          vectors.append(vector)
          return try cache.admit(
            Self.plan(index), CachedAnswer(text: "The answer to question \(index).", tier: .generator),
            embedding: Embedding(values: vector, encoder: Self.encoder), at: at, in: transaction)
        }
      }
      for change in changes { try cache.apply(change) }
    }
    var (exact, absent, foreign, similar): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
    var (puts, flushed): ([Int64], [Int64]) = ([], [])
    var next = options.entries
    for round in 0...options.rounds {
      progress("cache, round \(round)")
      for lookup in 0..<Self.exactLookups {
        let index = random.nextIndex(options.entries)
        // Every other time of one that was never stored, or was by another tenant: nobody may tell these two apart.
        let isStored = lookup.isMultiple(of: 2)
        let isForeign = lookup % 4 == 1
        var request = Self.request(isStored || isForeign ? index : index + 1_000_000_000)
        if isForeign { request.tenant = "another" }
        let start = now()
        let hit = try cache.exact(CanonicalRequest(request), at: at)
        let end = now()
        precondition((hit != nil) == isStored, "what was stored is found, and nothing else")
        if round > 0, isStored { exact.append(end - start) }
        if round > 0, isForeign { foreign.append(end - start) }
        if round > 0, !isStored, !isForeign { absent.append(end - start) }
      }
      for put in 0..<2 * Self.puts {
        // In turns each would have to read anew what the other has written.
        let isFlushed = put >= Self.puts
        let vector = Self.unit((0..<Self.dimension).map { _ in Float(random.nextUnit() - 0.5) })
        let plan = Self.plan(next)
        let answer = CachedAnswer(text: "The answer to question \(next).", tier: .generator)
        next += 1
        let start = now()
        let change = try (isFlushed ? flushing : store).write { transaction in
          try cache.admit(
            plan, answer, embedding: Embedding(values: vector, encoder: Self.encoder), at: at, in: transaction)
        }
        try cache.apply(change)
        let end = now()
        if round > 0, isFlushed { flushed.append(end - start) }
        if round > 0, !isFlushed { puts.append(end - start) }
      }
      for _ in 0..<Self.lookups {
        let index = random.nextIndex(options.entries)
        let plan = Self.plan(index)
        let hit = try cache.exact(plan, at: at)
        // A little off, as a paraphrase is.
        let near = Self.unit(vectors[index].map { $0 + Float(random.nextUnit() - 0.5) * 0.01 })
        let again = now()
        let found = try cache.similar(plan, Embedding(values: near, encoder: Self.encoder), at: at)
        let end = now()
        precondition(hit != nil && found.hit?.id == hit?.id, "a stored answer is found by its key and by its vector")
        if round > 0 { similar.append(end - again) }
      }
    }
    // The same at the budget: every admission evicts.
    configuration.byteBudget = try cache.statistics().bytes
    let full = try ResponseCache.openRows(
      store: store, configuration: configuration, encoder: .init(fingerprint: Self.encoder, dimension: Self.dimension))
    var evicting: [Int64] = []
    for _ in 0..<Self.puts * options.rounds {
      let vector = Self.unit((0..<Self.dimension).map { _ in Float(random.nextUnit() - 0.5) })
      let plan = Self.plan(next)
      let answer = CachedAnswer(text: "The answer to question \(next).", tier: .generator)
      next += 1
      let start = now()
      let change = try store.write { transaction in
        try full.admit(
          plan, answer, embedding: Embedding(values: vector, encoder: Self.encoder), at: at, in: transaction)
      }
      evicting.append(now() - start)
      precondition(change.isStored && change.removedCount > 0, "a full cache makes room")
    }
    return [
      BenchmarkRow("cache.exact.\(options.entries)", times: BenchmarkTimes(exact), unit: "lookups"),
      BenchmarkRow("cache.absent.\(options.entries)", times: BenchmarkTimes(absent), unit: "lookups"),
      BenchmarkRow("cache.foreign.\(options.entries)", times: BenchmarkTimes(foreign), unit: "lookups"),
      BenchmarkRow("cache.put.\(options.entries)", times: BenchmarkTimes(puts), unit: "puts"),
      BenchmarkRow("cache.put_full.\(options.entries)", times: BenchmarkTimes(evicting), unit: "puts"),
      BenchmarkRow("cache.put.flushed.\(options.entries)", times: BenchmarkTimes(flushed), unit: "puts"),
      BenchmarkRow(
        "cache.similar.\(options.entries)", times: BenchmarkTimes(similar), unit: "lookups",
        bytes: options.entries * Self.dimension * 4, limit: .reading),
    ]
  }

  private static func plan(_ index: Int) -> CachePlan { CachePlan(request(index)) }

  private static func request(_ index: Int) -> RouteRequest {
    RouteRequest(
      id: "\(index)", messages: [ChatMessage(role: .user, content: "what does the word \(word(index)) mean")])
  }

  /// The number in letters: a long number would be somebody's own, and stored for nobody.
  private static func word(_ index: Int) -> String {
    String(decoding: "\(index)".utf8.map { UInt8(ascii: "a") + ($0 - UInt8(ascii: "0")) * 2 }, as: UTF8.self)
  }

  private static func unit(_ values: [Float]) -> [Float] {
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }
}
