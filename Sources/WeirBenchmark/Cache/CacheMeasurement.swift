internal import WeirDomain

/// A cache on disk that one process fills and others open: what `weir bench-cache` does.
package struct CacheMeasurement: Sendable {
  private let folder: String
  private let now: @Sendable () -> Int64

  /// `folder` exists; `now` gives nanoseconds of a clock that never goes back.
  package init(folder: String, now: @escaping @Sendable () -> Int64) {
    self.folder = folder
    self.now = now
  }

  /// Stores `entries` answers in an empty folder.
  package func fill(entries: Int, progress: (String) -> Void) throws -> String {
    let benchmark = CacheBenchmark(now: now, folder: folder)
    let start = now()
    try benchmark.fill(entries: entries, progress: progress)
    let seconds = Double(now() - start) / 1e9
    return json { writer in
      writer.add("entries", entries)
      writer.add("fill_s", seconds, decimals: 3)
      add(benchmark.fileBytes(), to: &writer)
    }
  }

  /// Opens a folder that `fill` has filled with as many entries.
  package func measure(entries: Int, rounds: Int, progress: (String) -> Void) throws -> String {
    let benchmark = CacheBenchmark(now: now, folder: folder)
    let (rows, facts) = try benchmark.measure(entries: entries, rounds: rounds, progress: progress)
    return json { writer in
      writer.add("entries", entries)
      for row in rows {
        // Without what all have in common.
        writer.beginObject(row.name.split(separator: ".").dropFirst().dropLast().joined(separator: "_"))
        writer.add("times", row.times.sorted.count)
        writer.add("p50_us", row.times.median / 1e3, decimals: 3)
        writer.add("p99_us", row.times.p99 / 1e3, decimals: 3)
        writer.add("worst_us", Double(row.times.sorted.last ?? 0) / 1e3, decimals: 3)
        writer.endObject()
      }
      writer.add("similar_found", Double(facts.found) / Double(max(facts.asked, 1)), decimals: 4)
      facts.opened.add("memory_open", to: &writer)
      facts.used.add("memory_used", to: &writer)
      add(benchmark.fileBytes(), to: &writer)
    }
  }

  private func add(_ bytes: (database: Int, index: Int), to writer: inout JSONWriter) {
    writer.add("database_bytes", bytes.database)
    writer.add("index_bytes", bytes.index)
  }

  private func json(_ fill: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    fill(&writer)
    writer.endObject()
    return writer.text
  }
}
