internal import WeirDomain
internal import WeirFiles
internal import WeirVectorIndex

extension IndexBenchmark {
  private static let fingerprint = [UInt8](repeating: 0x57, count: 32)
  /// More than any measured index takes; a mapping costs no memory until it is used.
  private static let maximumBytes = 8 << 30

  private static func open(_ path: String, dimension: Int, _ options: GraphOptions) throws -> GraphIndex {
    try GraphIndex(
      path: path, fingerprint: fingerprint, dimension: dimension, maximumBytes: maximumBytes, options: options)
  }

  // MARK: Building

  /// Inserts the vectors one by one into a new index at `path` and makes it durable; gives the figures as JSON.
  package static func build(
    _ source: Source, path: String, constructionWidth: Int?, progress: (String) -> Void
  ) throws -> String {
    let base = try VectorFile(path: source.path, limit: source.limit)
    var options = GraphOptions()
    if let constructionWidth { options.constructionWidth = constructionWidth }
    let before = ProcessMemory.now
    let index = try open(path, dimension: base.dimension, options)
    guard index.count == 0 else {
      throw BenchmarkFailure.badVectors(file: path, reason: "there is an index already; name a new file")
    }
    var (inserting, saving) = (Spent(), Spent())
    // Read in blocks, because reading the vectors is not the index's work.
    for start in stride(from: 0, to: base.count, by: 5_000) {
      progress("building, vector \(start) of \(base.count)")
      let block = try (start..<min(start + 5_000, base.count)).map { try base.vector($0) }
      try inserting.add {
        for (place, vector) in zip(start..., block) {
          _ = try index.insert(Int64(place) + 1, partition: key(source.isTenants(place)), vector: vector)
        }
      }
    }
    try saving.add { try index.checkpoint() }
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("vectors", base.count)
    writer.add("dimension", base.dimension)
    writer.add("build_s", seconds(inserting.wall + saving.wall), decimals: 3)
    writer.add("build_cpu_s", seconds(inserting.processor + saving.processor), decimals: 3)
    writer.add("save_s", seconds(saving.wall), decimals: 3)
    writer.add("save_cpu_s", seconds(saving.processor), decimals: 3)
    writer.add("file_bytes", try FileFacts(of: path).size)
    (ProcessMemory.now - before).add("memory", to: &writer)
    writer.endObject()
    return writer.text
  }

  // MARK: Searching

  /// How a search is measured.
  package struct Sweep: Sendable {
    package var queries: [Queries]
    package var counts = [1, 10]
    /// Candidates that a walk keeps.
    package var widths: [Int]
    package var rounds = 5
    /// Searches the tenant's partition instead of the others'.
    package var isTenants = false
    /// The `.fvecs` file that was indexed: what is found is scored again with its floats. Nil leaves the codes' order.
    package var rescoring: String?
    /// Where the ids that were found are written.
    package var folder: String

    package init(queries: [Queries], widths: [Int], folder: String) {
      (self.queries, self.widths, self.folder) = (queries, widths, folder)
    }
  }

  /// Opens the index at `path` and searches it one query at a time; gives the figures as JSON.
  package static func search(_ sweep: Sweep, path: String, progress: (String) -> Void) throws -> String {
    var lists: [(name: String, vectors: [[Float]])] = []
    for list in sweep.queries { lists.append((list.name, try VectorFile(path: list.path).vectors())) }
    guard let first = lists.first?.vectors.first else {
      throw BenchmarkFailure.badVectors(file: path, reason: "there are no queries to search it for")
    }
    let rescoring = try sweep.rescoring.map { FloatRescoring(try VectorFile(path: $0)) }
    let before = ProcessMemory.now
    let (wall, processor) = (SystemClock.monotonicNanoseconds, SystemClock.processorNanoseconds)
    let index = try open(path, dimension: first.count, GraphOptions())
    let (wallOpen, processorOpen) = (SystemClock.monotonicNanoseconds, SystemClock.processorNanoseconds)
    let opened = ProcessMemory.now
    let partition = key(sweep.isTenants)
    _ = try index.search(partition: partition, query: first, count: 10, width: nil)
    let firstEnd = SystemClock.monotonicNanoseconds
    var rows: [SweepRow] = []
    for list in lists {
      for count in sweep.counts {
        for width in sweep.widths where width >= count {
          progress("searching, \(list.name), \(count) of \(width)")
          let ids = "\(sweep.isTenants ? "tenant_" : "")\(list.name)_k\(count)_ef\(width).ivecs"
          var row = SweepRow(list: list.name, count: count, width: width, ids: ids)
          var writer = try VectorFileWriter(path: sweep.folder + "/" + ids)
          for round in 0..<sweep.rounds {
            var times: [Int64] = []
            times.reserveCapacity(list.vectors.count)
            let processor = SystemClock.processorNanoseconds
            for query in list.vectors {
              let start = SystemClock.monotonicNanoseconds
              var found = try index.search(
                partition: partition, query: query, count: rescoring == nil ? count : count + FloatRescoring.more,
                width: width)
              if let rescoring { found = try rescoring.best(count, of: found, for: query) }
              times.append(SystemClock.monotonicNanoseconds - start)
              if round == 0 { try writer.append(self.ids(found, count, from: 1)) }
            }
            // The first round writes what it finds, which is not the search's time.
            if round > 0 || sweep.rounds == 1 {
              row.add(times, processor: SystemClock.processorNanoseconds - processor)
            }
          }
          try writer.flush()
          rows.append(row)
        }
      }
    }
    let searched = ProcessMemory.now
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("vectors", index.count)
    writer.add("file_bytes", try FileFacts(of: path).size)
    writer.add("load_s", seconds(wallOpen - wall), decimals: 6)
    writer.add("load_cpu_s", seconds(processorOpen - processor), decimals: 6)
    writer.add("first_query_s", seconds(firstEnd - wallOpen), decimals: 6)
    (opened - before).add("memory_load", to: &writer)
    (searched - before).add("memory_search", to: &writer)
    writer.beginArray("sweep")
    for row in rows { row.add(to: &writer) }
    writer.endArray()
    writer.endObject()
    return writer.text
  }

  /// Times of some work, added up in nanoseconds.
  private struct Spent {
    var wall: Int64 = 0
    var processor: Int64 = 0

    mutating func add(_ work: () throws -> Void) rethrows {
      let (wallStart, processorStart) = (SystemClock.monotonicNanoseconds, SystemClock.processorNanoseconds)
      try work()
      wall += SystemClock.monotonicNanoseconds - wallStart
      processor += SystemClock.processorNanoseconds - processorStart
    }
  }

  private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
}
