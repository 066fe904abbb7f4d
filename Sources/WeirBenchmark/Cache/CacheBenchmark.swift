internal import WeirCache
internal import WeirDomain
internal import WeirStore

/// Looks answers up in a cache of many, in a database and an index of its own.
struct CacheBenchmark {
  static let dimension = 384
  /// Of each kind in a round: enough for a 99th percentile.
  private static let lookups = 1_000
  private static let semanticLookups = 100
  private static let puts = 100
  /// Entries whose vectors are known again, for looking up others near them.
  static let known = 2_000
  static let at = Timestamp(milliseconds: 1_700_000_000_000)

  let now: () -> Int64
  /// An empty folder, or one that `fill` has filled.
  let folder: String

  /// What a cache of so many entries costs beside time.
  struct Facts: Sendable {
    /// Vectors of the semantic lookups that found the entry they lie near.
    var found = 0
    var asked = 0
    var opened: ProcessMemory
    var used: ProcessMemory
  }

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) throws -> [BenchmarkRow] {
    try fill(entries: options.entries, progress: progress)
    var rows = try measure(entries: options.entries, rounds: options.rounds, progress: progress).rows
    progress("cache, at its budget")
    let times = try evict(Self.puts * options.rounds, from: options.entries + 1_000_000)
    let row = BenchmarkRow("cache.put_full.\(options.entries)", times: times, unit: "puts")
    rows.insert(row, at: (rows.firstIndex { $0.name.hasPrefix("cache.put.") } ?? 0) + 1)
    return rows
  }

  /// Opens what `fill` has left and looks answers up and stores some, in turns.
  func measure(
    entries: Int, rounds: Int, progress: (String) -> Void
  ) throws -> (rows: [BenchmarkRow], facts: Facts) {
    var sampler = Self.sampler
    let vectors = (0..<min(entries, Self.known)).map { _ in sampler.next() }
    let before = ProcessMemory.now
    let start = now()
    let (store, cache) = try open()
    let opening = now() - start
    defer {
      cache.close()
      try? store.close()
    }
    // Each commit on the disk before it returns, for the price of that.
    let flushing = try Store.open(
      path: folder + "/cache.sqlite", migrations: ResponseCache.migrations, flushesCommits: true)
    defer { try? flushing.close() }
    var facts = Facts(opened: ProcessMemory.now - before, used: ProcessMemory.now - before)
    var random = SplitMix64(seed: 7)
    var (exact, absent, foreign, similar): ([Int64], [Int64], [Int64], [Int64]) = ([], [], [], [])
    var (puts, flushed): ([Int64], [Int64]) = ([], [])
    var next = entries
    for round in 0...rounds {
      progress("cache, round \(round)")
      for lookup in 0..<2 * Self.lookups {
        let index = random.nextIndex(entries)
        // Every other time of one that was never stored, or was by another tenant: nobody may tell these two apart.
        let isStored = lookup.isMultiple(of: 2)
        let isForeign = lookup % 4 == 1
        var request = Self.request(isStored || isForeign ? index : index + 1_000_000_000)
        if isForeign { request.tenant = "another" }
        let start = now()
        let hit = try cache.exact(CanonicalRequest(request), at: Self.at)
        let end = now()
        precondition((hit != nil) == isStored, "what was stored is found, and nothing else")
        if round > 0, isStored { exact.append(end - start) }
        if round > 0, isForeign { foreign.append(end - start) }
        if round > 0, !isStored, !isForeign { absent.append(end - start) }
      }
      for put in 0..<2 * Self.puts {
        // In turns each would have to read anew what the other has written.
        let isFlushed = put >= Self.puts
        let entry = Self.entry(next, vector: sampler.next())
        next += 1
        let start = now()
        let change = try (isFlushed ? flushing : store).write { transaction in
          try cache.admit(entry.plan, entry.answer, embedding: entry.embedding, at: Self.at, in: transaction)
        }
        try cache.apply(change)
        let end = now()
        if round > 0, isFlushed { flushed.append(end - start) }
        if round > 0, !isFlushed { puts.append(end - start) }
      }
      for _ in 0..<Self.semanticLookups {
        let index = random.nextIndex(vectors.count)
        let plan = Self.plan(index)
        let hit = try cache.exact(plan, at: Self.at)
        // As near as a paraphrase that the semantic tier accepts.
        let embedding = Self.embedding(sampler.paraphrase(of: vectors[index], cosine: 0.96))
        let start = now()
        let result = try cache.similar(plan, embedding, at: Self.at)
        let end = now()
        precondition(hit != nil, "a stored answer is found by its key")
        guard round > 0 else { continue }
        similar.append(end - start)
        facts.asked += 1
        if result.hit?.id == hit?.id { facts.found += 1 }
      }
    }
    facts.used = ProcessMemory.now - before
    let rows = [
      BenchmarkRow("cache.open.\(entries)", times: BenchmarkTimes([opening]), unit: "openings"),
      BenchmarkRow("cache.exact.\(entries)", times: BenchmarkTimes(exact), unit: "lookups"),
      BenchmarkRow("cache.absent.\(entries)", times: BenchmarkTimes(absent), unit: "lookups"),
      BenchmarkRow("cache.foreign.\(entries)", times: BenchmarkTimes(foreign), unit: "lookups"),
      BenchmarkRow("cache.put.\(entries)", times: BenchmarkTimes(puts), unit: "puts"),
      BenchmarkRow("cache.put.flushed.\(entries)", times: BenchmarkTimes(flushed), unit: "puts"),
      BenchmarkRow("cache.similar.\(entries)", times: BenchmarkTimes(similar), unit: "lookups"),
    ]
    return (rows, facts)
  }
}
