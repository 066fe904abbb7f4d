/// One figure with its name, which stays the same between versions.
package struct BenchmarkRow: Sendable, Equatable {
  /// What holds the work back, as far as one thing does.
  package enum Limit: Sendable, Equatable {
    case reading, products
  }

  /// For example `prefill.128.t1`: the part, its size, its threads.
  package var name: String
  package var times: BenchmarkTimes
  /// Tokens, or other items, that one time is for.
  package var items: Int
  /// What the items are called.
  package var unit: String
  /// Bytes that the work must read, for one time; nil where that says nothing.
  package var bytes: Int?
  /// Multiply-adds of the work's matrix products, for one time.
  package var products: Int?
  package var limit: Limit?
  package var threads: Int

  package init(
    _ name: String, times: BenchmarkTimes, items: Int = 1, unit: String, bytes: Int? = nil, products: Int? = nil,
    limit: Limit? = nil, threads: Int = 1
  ) {
    self.name = name
    self.times = times
    self.items = items
    self.unit = unit
    self.bytes = bytes
    self.products = products
    self.limit = limit
    self.threads = threads
  }

  /// Items a second, by the median time.
  package var rate: Double { Double(items) * 1e9 / max(times.median, 1) }

  package var bytesPerSecond: Double? { bytes.map { Double($0) * 1e9 / max(times.median, 1) } }

  package var productsPerSecond: Double? { products.map { Double($0) * 1e9 / max(times.median, 1) } }
}
