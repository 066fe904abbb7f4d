internal import WeirCache
internal import WeirDomain
internal import WeirStore

/// Looks answers up in a cache of many, in a database of its own.
struct CacheBenchmark {
  private static let dimension = 384
  private static let lookups = 50
  private static let encoder = "benchmark"

  let now: () -> Int64
  /// An empty folder.
  let folder: String

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) throws -> [BenchmarkRow] {
    let store = try Store.open(path: folder + "/cache.sqlite", migrations: ResponseCache.migrations)
    defer { try? store.close() }
    let at = Timestamp(milliseconds: 1_700_000_000_000)
    let cache = try ResponseCache.open(
      store: store, encoder: .init(fingerprint: Self.encoder, dimension: Self.dimension), at: at)
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
    var (exact, similar): ([Int64], [Int64]) = ([], [])
    for round in 0...options.rounds {
      progress("cache, round \(round)")
      for _ in 0..<Self.lookups {
        let index = random.nextIndex(options.entries)
        let plan = Self.plan(index)
        let start = now()
        let hit = try cache.exact(plan, at: at)
        let middle = now()
        // A little off, as a paraphrase is.
        let near = Self.unit(vectors[index].map { $0 + Float(random.nextUnit() - 0.5) * 0.01 })
        let again = now()
        let found = try cache.similar(plan, Embedding(values: near, encoder: Self.encoder), at: at)
        let end = now()
        precondition(hit != nil && found.hit?.id == hit?.id, "a stored answer is found by its key and by its vector")
        if round > 0 {
          exact.append(middle - start)
          similar.append(end - again)
        }
      }
    }
    return [
      BenchmarkRow("cache.exact.\(options.entries)", times: BenchmarkTimes(exact), unit: "lookups"),
      BenchmarkRow(
        "cache.similar.\(options.entries)", times: BenchmarkTimes(similar), unit: "lookups",
        bytes: options.entries * Self.dimension * 4, limit: .reading),
    ]
  }

  private static func plan(_ index: Int) -> CachePlan {
    CachePlan(
      RouteRequest(
        id: "\(index)", messages: [ChatMessage(role: .user, content: "what is the answer to question \(index)")]))
  }

  private static func unit(_ values: [Float]) -> [Float] {
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }
}
