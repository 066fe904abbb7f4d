internal import WeirDomain

extension BenchmarkReport {
  /// One JSON object on one line: `host`, `version`, `model`, and `rows` with stable names.
  package func json(host: BenchmarkHost, version: String, rival: BenchmarkRival?) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("version", version)
    writer.beginObject("host")
    writer.add("processor", host.processor)
    writer.add("processors", host.processors)
    writer.add("architecture", host.architecture)
    writer.add("kernels", host.kernels)
    writer.add("optimized", host.isOptimized)
    writer.endObject()
    writer.add("model", model)
    writer.add("encoder", encoder)
    writer.add("weight_bytes_per_token", weightBytesPerToken)
    if let rival { writer.add("rival", rival.name) }
    writer.beginArray("rows")
    for row in rows { add(row, rival, to: &writer) }
    writer.endArray()
    writer.endObject()
    return writer.text
  }

  private func add(_ row: BenchmarkRow, _ rival: BenchmarkRival?, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.add("name", row.name)
    writer.add("median_ns", Int(row.times.median))
    writer.add("p99_ns", Int(row.times.p99))
    writer.add("best_ns", Int(row.times.best))
    writer.add("times", row.times.sorted.count)
    writer.add("items", row.items)
    writer.add("unit", row.unit)
    writer.add("rate", row.rate, decimals: 2)
    writer.add("threads", row.threads)
    if let bytes = row.bytesPerSecond { writer.add("bytes_per_second", Int(bytes)) }
    if let products = row.productsPerSecond { writer.add("products_per_second", Int(products)) }
    if let share = share(of: row) { writer.add("share_of_limit", share, decimals: 4) }
    if let theirs = rival?.rates[row.name] {
      writer.add("rival_rate", theirs, decimals: 2)
      writer.add("ratio", row.rate / theirs, decimals: 3)
    }
    writer.endObject()
  }
}
