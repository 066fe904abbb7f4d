package import WeirDomain
internal import WeirStore

extension ResponseCache {
  /// What `weir cache verify` found.
  package struct Audit: Sendable, Hashable {
    package var entries = 0
    package var vectors = 0
    package var tags = 0
    /// Sentences about what is wrong, the first `mostFindings` of them; none of the entries' texts.
    package var findings: [String] = []
    /// All of them.
    package var count = 0

    package static let mostFindings = 50

    package var isSound: Bool { count == 0 }

    package mutating func note(_ finding: String) {
      count += 1
      if findings.count < Audit.mostFindings { findings.append(finding) }
    }
  }

  /// Holds the database against itself: SQLite's own check, totals, every row, every vector; changes nothing.
  ///
  /// Reads the whole file. `index` says what is wrong with the index in the same transaction's state of the rows.
  package func audit(index: (Timestamp) throws -> [String] = { _ in [] }, at now: Timestamp) throws -> Audit {
    var audit = Audit()
    try store.read { transaction in
      try transaction.rows("PRAGMA integrity_check(20)") { row in
        let text = try row.text(0)
        if text != "ok" { audit.note("SQLite: \(text)") }
      }
      for table in ["cache_vector", "cache_tag"] {
        try transaction.rows("PRAGMA foreign_key_check(\(table))") { _ in
          audit.note("a row of \(table) belongs to no entry")
        }
      }
      let bytes = try auditEntries(&audit, in: transaction)
      try auditVectors(&audit, in: transaction)
      try transaction.rows("SELECT entries, bytes FROM cache_total") { row in
        let (entries, total) = (Int(try row.integer(0)), try row.integer(1))
        if entries != audit.entries { audit.note("the total says \(entries) entries, there are \(audit.entries)") }
        if total != bytes { audit.note("the total says \(total) bytes, the entries have \(bytes)") }
      }
      audit.tags = Int(
        try transaction.first("SELECT count(*) FROM cache_tag") { row in try row.integer(0) } ?? 0)
    }
    for finding in try index(now) { audit.note("index: \(finding)") }
    return audit
  }

  /// Every entry; returns the sum of their bytes.
  private func auditEntries(_ audit: inout Audit, in transaction: borrowing StoreTransaction) throws -> Int64 {
    var bytes: Int64 = 0
    try transaction.rows("SELECT \(CacheEntryFacts.columns) FROM cache_entry") { row in
      audit.entries += 1
      let id = try row.integer(0)
      let entry: CacheEntryFacts
      do {
        entry = try CacheEntryFacts(row)
      } catch let failure as StoreFailure {
        return audit.note("entry \(id): \(failure.message)")
      }
      let (sum, overflow) = bytes.addingReportingOverflow(entry.bytes)
      bytes = overflow ? .max : sum
      for problem in ResponseCache.problems(of: entry) { audit.note("entry \(id): \(problem)") }
    }
    return bytes
  }

  /// What an entry must fulfil, whoever wrote it.
  static func problems(of entry: CacheEntryFacts) -> [String] {
    var problems: [String] = []
    func require(_ isMet: Bool, _ problem: @autoclosure () -> String) {
      if !isMet { problems.append(problem()) }
    }
    require(entry.key.count == 32, "its key has \(entry.key.count) bytes, not 32")
    require(entry.partition?.count ?? 32 == 32, "its partition has \(entry.partition?.count ?? 0) bytes, not 32")
    require(entry.bytes > 0, "it counts \(entry.bytes) bytes")
    require(entry.expiresAt > entry.createdAt, "its time is over before it begins")
    require(
      entry.hits >= entry.similarHits && entry.similarHits >= 0,
      "\(entry.similarHits) of \(entry.hits) hits are of the semantic tier")
    require(entry.worth.heat.isFinite && entry.worth.worth.isFinite, "its priority is no finite number")
    require(
      entry.answer.usage.prompt >= 0 && entry.answer.usage.completion >= 0, "it was paid for with negative tokens")
    require(entry.encoder == nil || entry.partition != nil, "it has a vector and no partition")
    return problems
  }

  private func auditVectors(_ audit: inout Audit, in transaction: borrowing StoreTransaction) throws {
    var dimensions: [String: Int] = [:]
    try transaction.rows("SELECT entry_id, encoder, vector FROM cache_vector") { row in
      audit.vectors += 1
      let (id, encoder) = (try row.integer(0), try row.text(1))
      guard let vector = VectorBytes.read(try row.blob(2)) else {
        return audit.note("entry \(id): its vector is not made of whole numbers")
      }
      let squared = vector.reduce(Float(0)) { $0 + $1 * $1 }
      // As the index has it.
      if !(abs(squared - 1) < 1e-2) { audit.note("entry \(id): its vector has the squared length \(squared), not 1") }
      let dimension = dimensions[encoder] ?? vector.count
      dimensions[encoder] = dimension
      if vector.count != dimension {
        audit.note("entry \(id): its vector has \(vector.count) numbers, others of its encoder \(dimension)")
      }
    }
  }
}
