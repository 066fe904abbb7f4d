internal import WeirDomain

/// What was measured.
package struct BenchmarkReport: Sendable, Equatable {
  /// The generator's file.
  package var model: String?
  package var rows: [BenchmarkRow] = []

  package init() {}

  /// One JSON object on one line.
  package var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("model", model)
    writer.beginArray("rows")
    for row in rows {
      writer.beginObject()
      writer.add("name", row.name)
      writer.add("median_ns", row.times.median, decimals: 0)
      writer.add("p99_ns", row.times.p99, decimals: 0)
      writer.add("times", row.times.sorted.count)
      writer.add("rate", row.rate, decimals: 2)
      writer.add("unit", row.unit)
      writer.add("bytes_per_second", row.bytesPerSecond.map { Int($0) })
      writer.add("products_per_second", row.productsPerSecond.map { Int($0) })
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.text
  }

  /// Columns for a terminal.
  package var table: String {
    var lines = [
      TextColumn.padded("", 20)
        + ["median", "p99", "rate a second", "GB/s", "GMAC/s"].map { TextColumn.right($0, 14) }.joined()
    ]
    for row in rows {
      let cells = [
        TextColumn.duration(Int64(row.times.median)), TextColumn.duration(Int64(row.times.p99)),
        row.rate.decimals(1), row.bytesPerSecond.map { ($0 / 1e9).decimals(1) } ?? "",
        row.productsPerSecond.map { ($0 / 1e9).decimals(0) } ?? "",
      ]
      lines.append(TextColumn.padded(row.name, 20) + cells.map { TextColumn.right($0, 14) }.joined())
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
