import Foundation
import Testing
import WeirDomain

@testable import WeirBenchmark

@Suite struct IndexBenchmarkTests {
  /// A folder of its own, gone with the suite's value.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-test-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private let folder: Folder

  init() throws { folder = try Folder() }

  private func cosine(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private func words(_ path: String) throws -> [Int32] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return stride(from: 0, to: data.count, by: 4).map { start in
      (0..<4).reduce(Int32(0)) { $0 | Int32(bitPattern: UInt32(data[start + $1]) << UInt32(8 * $1)) }
    }
  }

  @Test func `vectors that were written are read, as far as is asked for`() throws {
    let path = folder.path + "/some.fvecs"
    let vectors: [[Float]] = [[1, -2.5, 3], [0, .leastNonzeroMagnitude, -0.0], [7, 8, 9]]
    var writer = try VectorFileWriter(path: path)
    for vector in vectors { try writer.append(vector) }
    try writer.flush()
    let file = try VectorFile(path: path)
    #expect(file.count == 3 && file.dimension == 3)
    #expect(try file.vectors() == vectors)
    #expect(try VectorFile(path: path, limit: 2).vectors() == Array(vectors.prefix(2)))
  }

  @Test func `files that are no vectors are refused`() throws {
    let path = folder.path + "/bad.fvecs"
    func write(_ words: [Int32], _ rest: [UInt8] = []) throws {
      let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> Int32(8 * $0)) } }
      try Data(bytes + rest).write(to: URL(fileURLWithPath: path))
    }
    for (content, rest) in [
      ([], [1]), ([0], []), ([5000], []), ([-1], []), ([2, 0, 0], [9]), ([2, 0, 0, 1, 0, 0], []),
    ]
      as [([Int32], [UInt8])]
    {
      try write(content, rest)
      #expect(throws: BenchmarkFailure.self, "\(content)") { try VectorFile(path: path) }
    }
  }

  @Test func `drawn vectors have length 1, and a paraphrase has the cosine asked for`() {
    var sampler = VectorSampler(dimension: 96, seed: 4)
    var again = VectorSampler(dimension: 96, seed: 4)
    for wanted: Float in [0.8, 0.9, 0.98] {
      let vector = sampler.next()
      #expect(vector == again.next())
      #expect(abs(cosine(vector, vector) - 1) < 1e-5)
      let turned = sampler.paraphrase(of: vector, cosine: wanted)
      #expect(abs(cosine(turned, vector) - wanted) < 1e-4 && abs(cosine(turned, turned) - 1) < 1e-5)
      _ = again.paraphrase(of: vector, cosine: wanted)
    }
  }

  @Test func `the truth is what comparing everything gives, the tenant's apart`() throws {
    try IndexBenchmark.writeVectors(folder: folder.path, count: 60, queries: 7, dimension: 24, seed: 9) { _ in }
    let base = try VectorFile(path: folder.path + "/base.fvecs").vectors()
    let source = IndexBenchmark.Source(path: folder.path + "/base.fvecs", limit: 50, tenantEvery: 10)
    try IndexBenchmark.writeTruth(
      source, queries: [.init(name: "q", path: folder.path + "/queries_para.fvecs")], count: 6, folder: folder.path
    ) { _ in }
    let queries = try VectorFile(path: folder.path + "/queries_para.fvecs").vectors()
    let (all, tenants) = (
      try words(folder.path + "/truth_q.ivecs"), try words(folder.path + "/truth_q_tenant.ivecs")
    )
    #expect(all.count == 7 * 7 && tenants.count == 7 * 7)
    for (row, query) in queries.enumerated() {
      let order = (0..<50).sorted { cosine(base[$0], query) > cosine(base[$1], query) }
      let others = order.filter { !$0.isMultiple(of: 10) }.prefix(6).map(Int32.init)
      let own = order.filter { $0.isMultiple(of: 10) }.map(Int32.init)
      #expect(Array(all[row * 7..<(row + 1) * 7]) == [6] + others)
      #expect(Array(tenants[row * 7..<(row + 1) * 7]) == [6] + own + [-1])
    }
  }

  @Test func `an index that was built is found again, and what a search finds is written`() throws {
    try IndexBenchmark.writeVectors(folder: folder.path, count: 400, queries: 5, dimension: 32, seed: 2) { _ in }
    let source = IndexBenchmark.Source(path: folder.path + "/base.fvecs", tenantEvery: 4)
    let lists = [IndexBenchmark.Queries(name: "q", path: folder.path + "/queries_para.fvecs")]
    try IndexBenchmark.writeTruth(source, queries: lists, count: 3, folder: folder.path) { _ in }
    let path = folder.path + "/index.weir"
    let built = try JSONReader.read(
      Array(try IndexBenchmark.build(source, path: path, constructionWidth: 50) { _ in }.utf8))
    #expect(built["vectors"]?.number == 400)
    #expect(throws: BenchmarkFailure.self) {
      try IndexBenchmark.build(source, path: path, constructionWidth: 50) { _ in }
    }
    for (isTenants, rescores) in [(false, false), (true, false), (false, true), (true, true)] {
      var sweep = IndexBenchmark.Sweep(queries: lists, widths: [2, 50], folder: folder.path)
      (sweep.counts, sweep.rounds, sweep.isTenants) = ([1, 3], 2, isTenants)
      sweep.rescoring = rescores ? source.path : nil
      let found = try JSONReader.read(Array(try IndexBenchmark.search(sweep, path: path) { _ in }.utf8))
      let rows = try #require(found["sweep"]?.array)
      // Three of two cannot be asked for.
      #expect(rows.map { $0["ef"]?.number } == [2, 50, 50] && rows.map { $0["k"]?.number } == [1, 1, 3])
      #expect(rows.allSatisfy { $0["qps"]?.number ?? 0 > 0 && $0["qps_cpu"]?.number ?? 0 > 0 })
      let name = try #require(rows[2]["ids"]?.text)
      let truth = try words(folder.path + "/truth_q\(isTenants ? "_tenant" : "").ivecs")
      let ids = try words(folder.path + "/" + name)
      // All of so few are scanned: with the floats' order nothing is missed.
      #expect(ids.count == truth.count && zip(ids, truth).filter { $0 == $1 }.count > truth.count * 3 / 4)
      if rescores { #expect(ids == truth) }
    }
  }
}
