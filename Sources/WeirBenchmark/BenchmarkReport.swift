/// What was measured.
package struct BenchmarkReport: Sendable, Equatable {
  /// The generator's file, or `built-in`; nil where none was measured.
  package var model: String?
  package var encoder: String?
  /// Bytes of weights that each token of the generator reads.
  package var weightBytesPerToken: Int?
  package var rows: [BenchmarkRow] = []

  package init() {}

  /// Bytes a second that the machine can read with so many threads, as far as that was measured.
  package func readLimit(threads: Int) -> Double? { limit("machine.read.t\(threads)", \.bytes) }

  /// Products a second that it can make.
  package func productLimit(threads: Int) -> Double? { limit("machine.products.t\(threads)", \.products) }

  /// What a row reaches of the machine's limit, 1 being all of it; nil where one of them is not known. Work that fits
  /// into the processor's caches can read faster than memory.
  package func share(of row: BenchmarkRow) -> Double? {
    switch row.limit {
    case .reading: ratio(row.bytesPerSecond, readLimit(threads: row.threads))
    case .products: ratio(row.productsPerSecond, productLimit(threads: row.threads))
    case nil: nil
    }
  }

  /// The best of the tries, not their median.
  private func limit(_ name: String, _ amount: (BenchmarkRow) -> Int?) -> Double? {
    guard let row = rows.first(where: { $0.name == name }), let amount = amount(row) else { return nil }
    return Double(amount) * 1e9 / max(row.times.best, 1)
  }

  private func ratio(_ a: Double?, _ b: Double?) -> Double? {
    guard let a, let b, b > 0 else { return nil }
    return a / b
  }
}
