internal import WeirDomain

/// One list of queries searched with one width: times of all rounds.
struct SweepRow {
  let list: String
  let count: Int
  let width: Int
  /// The file with what was found.
  let ids: String
  private var each: [Int64] = []
  private var queries = 0
  /// Of a round of all queries: the shortest times.
  private var wall = Int64.max
  private var processor = Int64.max

  init(list: String, count: Int, width: Int, ids: String) {
    (self.list, self.count, self.width, self.ids) = (list, count, width, ids)
  }

  /// The times of a round's queries, and its processor time with that of reading the clock.
  mutating func add(_ times: [Int64], processor: Int64) {
    each += times
    queries = times.count
    wall = min(wall, times.reduce(0, +))
    self.processor = min(self.processor, processor)
  }

  func add(to writer: inout JSONWriter) {
    guard queries > 0 else { return }
    let times = BenchmarkTimes(each)
    writer.beginObject()
    writer.add("set", list)
    writer.add("k", count)
    writer.add("ef", width)
    writer.add("qps", Double(queries) * 1e9 / Double(max(wall, 1)), decimals: 1)
    writer.add("qps_cpu", Double(queries) * 1e9 / Double(max(processor, 1)), decimals: 1)
    writer.add("p50_us", times.median / 1e3, decimals: 2)
    writer.add("p99_us", times.p99 / 1e3, decimals: 2)
    writer.add("ids", ids)
    writer.endObject()
  }
}
