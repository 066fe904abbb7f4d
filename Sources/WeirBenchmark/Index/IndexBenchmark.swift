internal import WeirDomain
internal import WeirFiles
internal import WeirVectorIndex

/// What `weir bench-index` does, each part in a process of its own so that memory and times are its own.
package enum IndexBenchmark {
  /// The vectors that a part looks at.
  package struct Source: Sendable {
    /// A `.fvecs` file.
    package var path: String
    /// Only so many from the front.
    package var limit = Int.max
    /// Every so-manieth vector, from the first on, belongs to a tenant of its own; nil where there is none.
    package var tenantEvery: Int?

    package init(path: String, limit: Int = .max, tenantEvery: Int? = nil) {
      (self.path, self.limit, self.tenantEvery) = (path, limit, tenantEvery)
    }

    func isTenants(_ index: Int) -> Bool { tenantEvery.map { index.isMultiple(of: $0) } ?? false }
  }

  /// A list of queries with its name.
  package struct Queries: Sendable {
    package var name: String
    package var path: String

    package init(name: String, path: String) { (self.name, self.path) = (name, path) }
  }

  // MARK: Vectors

  /// Writes `base.fvecs`, `queries_indist.fvecs` and `queries_para.fvecs` into an existing folder.
  ///
  /// Queries of the first kind are further draws; of the second, turns of a vector among the first 10 000 whose cosine is
  /// 0.80 to 0.98, as far as a paraphrase lies, so that they serve every count from 10 000 on.
  package static func writeVectors(
    folder: String, count: Int, queries: Int, dimension: Int, seed: UInt64, progress: (String) -> Void
  ) throws {
    var sampler = VectorSampler(dimension: dimension, seed: seed)
    var writer = try VectorFileWriter(path: folder + "/base.fvecs")
    var first: [[Float]] = []
    for index in 0..<count {
      if index.isMultiple(of: 10_000) { progress("vector \(index) of \(count)") }
      let vector = sampler.next()
      if index < 10_000 { first.append(vector) }
      try writer.append(vector)
    }
    try writer.flush()
    writer = try VectorFileWriter(path: folder + "/queries_indist.fvecs")
    for _ in 0..<queries { try writer.append(sampler.next()) }
    try writer.flush()
    writer = try VectorFileWriter(path: folder + "/queries_para.fvecs")
    for _ in 0..<queries {
      let source = first[sampler.index(first.count)]
      let cosine = sampler.number(in: 0.80...0.98)
      try writer.append(sampler.paraphrase(of: source, cosine: cosine))
    }
    try writer.flush()
  }

  // MARK: Truth

  /// Writes the `count` nearest vectors of each query, found by comparing all of them in 32-bit floats, as
  /// `truth_NAME.ivecs`, and of the tenant's alone, where there is one, as `truth_NAME_tenant.ivecs`.
  package static func writeTruth(
    _ source: Source, queries: [Queries], count: Int, folder: String, progress: (String) -> Void
  ) throws {
    let base = try VectorFile(path: source.path, limit: source.limit)
    let index = ExactIndex(dimension: base.dimension, capacity: max(base.count, 1))
    for place in 0..<base.count {
      if place.isMultiple(of: 10_000) { progress("exact, vector \(place) of \(base.count)") }
      _ = try index.insert(Int64(place), partition: key(source.isTenants(place)), vector: base.vector(place))
    }
    for list in queries {
      let vectors = try VectorFile(path: list.path)
      var all = try VectorFileWriter(path: "\(folder)/truth_\(list.name).ivecs")
      var tenants = try source.tenantEvery.map { _ in
        try VectorFileWriter(path: "\(folder)/truth_\(list.name)_tenant.ivecs")
      }
      for place in 0..<vectors.count {
        if place.isMultiple(of: 100) { progress("exact, query \(place) of \(list.name)") }
        let query = try vectors.vector(place)
        let own = try index.search(partition: key(true), query: query, count: count)
        let others = try index.search(partition: key(false), query: query, count: count)
        try all.append(ids(others, count))
        try tenants?.append(ids(own, count))
      }
      try all.flush()
      try tenants?.flush()
    }
  }

  /// Fewer than asked for are filled up with -1.
  static func ids(_ matches: [VectorMatch], _ count: Int, from first: Int64 = 0) -> [Int32] {
    let found = matches.prefix(count).map { Int32(truncatingIfNeeded: $0.id - first) }
    return found + [Int32](repeating: -1, count: count - found.count)
  }

  static func key(_ isTenants: Bool) -> PartitionKey { PartitionKey((isTenants ? "tenant" : "others").utf8) }
}
