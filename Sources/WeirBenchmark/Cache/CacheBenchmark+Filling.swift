internal import WeirCache
internal import WeirDomain
internal import WeirFiles
internal import WeirStore

extension CacheBenchmark {
  private static let encoder = "benchmark"
  static let identity = ResponseCache.EncoderIdentity(fingerprint: encoder, dimension: dimension)

  /// What one entry is made of.
  struct Entry {
    var plan: CachePlan
    var answer: CachedAnswer
    var embedding: Embedding
  }

  /// The vectors of the entries, in their order, then others.
  static var sampler: VectorSampler { VectorSampler(dimension: dimension, seed: 5) }

  /// Stores the answers, and waits until the index's file has their vectors.
  func fill(entries: Int, progress: (String) -> Void) throws {
    let (store, cache) = try open()
    defer {
      cache.close()
      try? store.close()
    }
    var sampler = Self.sampler
    for start in stride(from: 0, to: entries, by: 500) {
      progress("cache, storing answer \(start) of \(entries)")
      let changes = try store.write { transaction in
        try (start..<min(start + 500, entries)).map { index in
          let entry = Self.entry(index, vector: sampler.next())
          return try cache.admit(entry.plan, entry.answer, embedding: entry.embedding, at: Self.at, in: transaction)
        }
      }
      for change in changes { try cache.apply(change) }
    }
    progress("cache, indexing")
    cache.saveIndex()
  }

  func open() throws -> (store: Store, cache: ResponseCache) {
    let store = try Store.open(path: folder + "/cache.sqlite", migrations: ResponseCache.migrations)
    var configuration = CacheConfiguration()
    configuration.byteBudget = 1 << 36
    let cache = try ResponseCache.open(
      store: store, configuration: configuration, encoder: Self.identity,
      indexPath: folder + "/index.weir", at: Self.at)
    return (store, cache)
  }

  /// Bytes of the database, its log included, and of the index.
  func fileBytes() -> (database: Int, index: Int) {
    func bytes(_ name: String) -> Int { (try? FileFacts(of: folder + "/" + name).size) ?? 0 }
    return (bytes("cache.sqlite") + bytes("cache.sqlite-wal"), bytes("index.weir"))
  }

  static func entry(_ index: Int, vector: [Float]) -> Entry {
    Entry(
      plan: plan(index), answer: CachedAnswer(text: "The answer to question \(index).", tier: .generator),
      embedding: embedding(vector))
  }

  static func embedding(_ vector: [Float]) -> Embedding { Embedding(values: vector, encoder: encoder) }

  static func plan(_ index: Int) -> CachePlan { CachePlan(request(index)) }

  static func request(_ index: Int) -> RouteRequest {
    RouteRequest(
      id: "\(index)", messages: [ChatMessage(role: .user, content: "what does the word \(word(index)) mean")])
  }

  /// The number in letters: a long number would be somebody's own, and stored for nobody.
  private static func word(_ index: Int) -> String {
    String(decoding: "\(index)".utf8.map { UInt8(ascii: "a") + ($0 - UInt8(ascii: "0")) * 2 }, as: UTF8.self)
  }
}
