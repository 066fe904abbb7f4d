internal import WeirDomain
internal import WeirFiles

/// Another engine's figures, or those of another build, by the names of the rows.
package struct BenchmarkRival: Sendable, Equatable {
  package var name: String
  /// Items a second.
  package var rates: [String: Double]

  /// The largest file that is read: a report of some hundred rows has less than a tenth of it.
  static let mostBytes = 1 << 20

  package init(name: String, rates: [String: Double]) {
    self.name = name
    self.rates = rates
  }

  /// Reads `{"name": ..., "rows": [{"name": ..., "rate": ...}, ...]}`; what `weir bench --json` writes is one too.
  package init(path: String) throws {
    let region = try ByteRegion(path: path)
    guard region.count <= Self.mostBytes else {
      throw BenchmarkFailure.badComparison(
        file: path, reason: "it has \(region.count) bytes, at most \(Self.mostBytes) are read")
    }
    try self.init(json: region.array, file: path)
  }

  init(json: [UInt8], file: String) throws(BenchmarkFailure) {
    let value: JSONValue
    do {
      value = try JSONReader.read(json)
    } catch {
      throw .badComparison(file: file, reason: "it is not JSON (at byte \(error.offset))")
    }
    guard let rows = value["rows"]?.array else { throw .badComparison(file: file, reason: "it has no list \"rows\"") }
    var rates: [String: Double] = [:]
    for row in rows {
      guard let name = row["name"]?.text, let rate = row["rate"]?.number, rate > 0, rate.isFinite else {
        throw .badComparison(file: file, reason: "a row has no name, or no rate above 0")
      }
      rates[name] = rate
    }
    self.init(name: value["name"]?.text ?? value["version"]?.text.map { "weir \($0)" } ?? "other", rates: rates)
  }
}
