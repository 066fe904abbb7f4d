import Foundation
import Testing
import WeirDomain

@testable import WeirBenchmark

@Suite struct CacheMeasurementTests {
  @Test func `a cache that was filled is opened again, and everything in it is found`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let measurement = CacheMeasurement(folder: folder) { Int64(Date().timeIntervalSince1970 * 1e9) }
    let filled = try JSONReader.read(Array(try measurement.fill(entries: 300) { _ in }.utf8))
    #expect(filled["entries"]?.number == 300)
    #expect(filled["index_bytes"]?.number ?? 0 > 0 && filled["database_bytes"]?.number ?? 0 > 0)
    // Twice: what the first one has stored more does not disturb the second.
    for _ in 0..<2 {
      let found = try JSONReader.read(
        Array(try measurement.measure(entries: 300, rounds: 1) { _ in }.utf8))
      for name in ["open", "exact", "absent", "foreign", "similar", "put", "put_flushed"] {
        #expect(found[name]?["p50_us"]?.number ?? -1 >= 0, "\(name)")
        #expect(found[name]?["times"]?.number ?? 0 >= 1, "\(name)")
      }
      #expect(found["similar_found"]?.number ?? 0 > 0.98)
    }
  }
}
