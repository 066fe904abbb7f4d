/// One figure with its name, which stays the same between versions.
package struct BenchmarkRow: Sendable, Equatable {
  /// For example `prefill.128.t1`: the part, its size, its threads.
  package var name: String
  package var times: BenchmarkTimes
  /// Tokens, or other items, that one time is for.
  package var items = 1
  /// What the items are called.
  package var unit = "tokens"
  /// Bytes that the work must read, for one time; nil where that says nothing.
  package var bytes: Int?
  /// Multiply-adds of the work's products, for one time.
  package var products: Int?

  package init(
    _ name: String, times: BenchmarkTimes, items: Int = 1, unit: String = "tokens", bytes: Int? = nil,
    products: Int? = nil
  ) {
    self.name = name
    self.times = times
    self.items = items
    self.unit = unit
    self.bytes = bytes
    self.products = products
  }

  /// Items a second, by the median time.
  package var rate: Double { Double(items) * 1e9 / max(times.median, 1) }

  package var bytesPerSecond: Double? { bytes.map { Double($0) * 1e9 / max(times.median, 1) } }

  package var productsPerSecond: Double? { products.map { Double($0) * 1e9 / max(times.median, 1) } }
}
